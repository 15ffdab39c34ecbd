/** Names of all models with one label a picture; beside the catalog so that help needs no engine. */
export const modelNames = ['davidnet', 'davidnet-athena', 'resnet-small'] as const;
export type ModelName = (typeof modelNames)[number];
