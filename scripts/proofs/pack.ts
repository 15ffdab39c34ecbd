import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { headsOf, loadPublishedModel, publishedNames } from 'ocelli';
import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import { examplesOf } from '../../test/examples.ts';
import { repositoryRoot } from './command.ts';
import type { Finding, Proof } from './proof.ts';

export const pack: Proof = {
  name: 'pack',
  claim:
    'Both packages, packed by npm and installed into an empty folder outside the repository, are set up by ' +
    'one command, import and type-check there, and the command line draws, trains, predicts and explains, ' +
    'with what it has trained and with the weights that are published.',
  run: () => inTemporaryFolder(installAndUse),
};

async function installAndUse(folder: string): Promise<Finding> {
  const app = join(folder, 'app');
  mkdirSync(app);
  const archives = ['torch', 'ocelli'].map((name) => packed(name, folder));
  writeFileSync(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  // A TypeScript project on Node has its types.
  const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '@types/node@20'];
  const installing = timed(() => run(app, 'npm', ...words, ...archives.map(({ path }) => path)));
  refuseSources(app);
  const settingUp = timed(() => run(app, 'npx', 'ocelli-torch-setup'));
  const example = useInCode(app);
  const line = useCommandLine(app);
  const sizes = archives.map(
    ({ path, name }) => `${name} ${Math.round(statSync(path).size / 1e3)} kB`,
  );
  const held = example && line;
  const figure =
    `${sizes.join(', ')}; npm install ${installing} s, npx ocelli-torch-setup ${settingUp} s; ` +
    `import and types ${example ? 'right' : 'WRONG'}, command line ${line ? 'right' : 'WRONG'}`;
  return { held, figure };
}

/** The archive that would be published. */
function packed(name: string, folder: string): { readonly name: string; readonly path: string } {
  const source = join(repositoryRoot, 'packages', name);
  const file = run(source, 'npm', 'pack', '--silent', '--pack-destination', folder).trim();
  return { name: file, path: join(folder, file) };
}

/** Published is what runs: no sources that a build makes stale, no tests. */
function refuseSources(app: string): void {
  for (const path of ['@ocelli/torch/src', '@ocelli/torch/test', 'ocelli/src', 'ocelli/test']) {
    if (existsSync(join(app, 'node_modules', path))) throw new Error(`${path} was published`);
  }
}

/** Runs the example of the README with the installed packages, and lets TypeScript check it. */
function useInCode(app: string): boolean {
  const [example] = examplesOf(readFileSync(join(repositoryRoot, 'README.md'), 'utf8'));
  if (example === undefined) throw new Error('the README has no example');
  writeFileSync(join(app, 'example.ts'), example.code);
  const options = { module: 'nodenext', target: 'es2022', strict: true, types: ['node'] };
  writeFileSync(
    join(app, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...options, lib: ['esnext'] },
      files: ['example.ts'],
    }),
  );
  run(app, process.execPath, join(repositoryRoot, 'node_modules/typescript/bin/tsc'));
  const printed = run(app, process.execPath, 'example.js').trim().split('\n');
  const losses = printed.map((text) => Number(text.split(' ')[1]));
  return losses.length === 12 && Number(losses.at(-1)) < Number(losses[0]);
}

/** What the pages of the documentation do on the command line, small. */
function useCommandLine(app: string): boolean {
  const ocelli = (...words: string[]): string => run(app, 'npx', 'ocelli', ...words);
  ocelli('doctor');
  ocelli('draw', 'persons', '--out', 'persons', '--count', '40', '--size', '48');
  const size = ['--image-size', '48', '--epochs', '1', '--batch-size', '16', '--threads', '1'];
  const table = ['--table', 'persons/labels.csv', '--model', 'resnet20', ...size];
  ocelli('train', ...table, '--run-name', 'packed', '--progress', 'silent');
  const photo = 'persons/images/00000.jpg';
  const answers = ocelli('predict', photo, '--run', 'runs/packed');
  ocelli('explain', photo, '--run', 'runs/packed', '--out', 'map.png');
  ocelli('explain', '--misclassified', '3', '--run', 'runs/packed', '--out', 'wrong.html');
  const published = publishedNames().every((name) => {
    const line = ocelli('predict', photo, '--run', name, '--top', '1', '--json');
    const [{ label }] = JSON.parse(line) as [{ label: string }];
    return isClassOf(name, label);
  });
  const written = ['runs/packed/1/report.html', 'map.png', 'wrong.html'];
  return (
    published && /gender/.test(answers) && written.every((path) => existsSync(join(app, path)))
  );
}

/** Whether a label is one that the network of published weights tells apart. */
function isClassOf(name: string, label: string): boolean {
  const labels = headsOf(loadPublishedModel(name).labelNames).flatMap(({ classes }) => classes);
  return labels.includes(label);
}

/** Runs a program to its end. @returns what it printed. @throws {Error} if it does not end well. */
function run(cwd: string, program: string, ...words: string[]): string {
  const env = { ...process.env, OCELLI_CACHE: join(cwd, 'cache'), NODE_OPTIONS: '' };
  const { status, stdout, stderr } = spawnSync(program, words, { cwd, env, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${program} ${words.join(' ')} ended with ${status}: ${stderr || stdout}`);
}

/** Whole seconds that `work` takes. */
function timed(work: () => void): number {
  const begun = performance.now();
  work();
  return Math.round((performance.now() - begun) / 1000);
}
