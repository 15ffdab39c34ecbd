import { fileURLToPath } from 'node:url';

/** Where the package keeps the weights that are published with it: a run folder for each name. */
export const pretrainedFolder = fileURLToPath(new URL('../../../pretrained/', import.meta.url));
