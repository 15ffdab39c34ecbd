// Brings a fresh clone to where everything runs: npm packages, libtorch, native build, TypeScript
// build. Each step is skipped when nothing it depends on has changed. Plain Node, no packages.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { obtainLibtorch } from '../packages/torch/scripts/setup/libtorch.mjs';
import { buildNative } from '../packages/torch/scripts/setup/nativeBuild.mjs';
import { runSetup } from '../packages/torch/scripts/setup/runSetup.mjs';
import { installDependencies } from './setup/dependencies.mjs';
import { buildTypescript } from './setup/typescriptBuild.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

await runSetup(root, async (context) => {
  await installDependencies(context);
  const libtorch = await obtainLibtorch(context);
  await buildNative(context, libtorch);
  await buildTypescript(context);
});
