#!/usr/bin/env node
// Brings an installed package to where it runs: finds libtorch or fetches it, and compiles the binding
// against it. npm does not do that by itself, since scripts of dependencies are not to run unasked.
import { fileURLToPath } from 'node:url';
import { obtainLibtorch } from './setup/libtorch.mjs';
import { buildNative } from './setup/nativeBuild.mjs';
import { runSetup } from './setup/runSetup.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));

await runSetup(folder, async (context) => buildNative(context, await obtainLibtorch(context)));
