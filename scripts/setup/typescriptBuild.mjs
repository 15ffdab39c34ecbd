// Compiles packages/*/src into dist, for the command line and for users of the packages.
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from '../../packages/torch/scripts/setup/child.mjs';
import { filesBelow, fingerprint } from '../../packages/torch/scripts/setup/stamp.mjs';

const settings = ['tsconfig.base.json', 'node_modules/typescript/package.json'];

/** In the order of their imports: each reads the types of those before it. */
const packages = ['torch', 'ocelli'];

export async function buildTypescript({ root, log, stamps }) {
  const inputs = settings.map((path) => join(root, path));
  for (const name of packages) {
    inputs.push(...inputsOf(join(root, 'packages', name)));
    await buildPackage(name, { root, log, stamps }, fingerprint(root, inputs));
  }
}

function inputsOf(folder) {
  const sources = filesBelow(join(folder, 'src'), /(?<!\.test|\.test-d)\.ts$/);
  return [join(folder, 'tsconfig.build.json'), join(folder, 'package.json'), ...sources];
}

async function buildPackage(name, { root, log, stamps }, inputs) {
  const folder = join(root, 'packages', name);
  const outputs = () => filesBelow(join(folder, 'dist'));
  const built = () => fingerprint(root, [], [inputs, outputs()]);
  if (stamps.read(`typescript-${name}`) === built()) return;

  await log.during(`TypeScript build of packages/${name}`, () => compile(folder, { root, log }));
  removeOrphans(folder, outputs());
  stamps.write(`typescript-${name}`, built());
}

/** Types are checked by `npm run types`; here they are only taken away, in a fraction of the time. */
function compile(folder, { root, log }) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const project = ['-p', join(folder, 'tsconfig.build.json')];
  const command = [process.execPath, tsc, ...project, '--noCheck'];
  return run(command, { cwd: root, log, remedy: 'Mend what it says and run it again' });
}

/** What earlier builds made of sources that are gone. */
function removeOrphans(folder, outputs) {
  const sources = new Set(
    filesBelow(join(folder, 'src'), /\.ts$/).map((path) => relative(join(folder, 'src'), path)),
  );
  for (const path of outputs) {
    const source = relative(join(folder, 'dist'), path).replace(/\.(d\.ts|js)(\.map)?$/, '.ts');
    if (!sources.has(source)) rmSync(path);
  }
}
