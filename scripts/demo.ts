// `npm run demo`: the main job, short and without network or data. Persons are drawn, a network of eight
// heads learns to tell them apart, every head is measured beside its baseline, one new person is answered.
//
// `npm run demo -- --cifar10` trains DavidNet on CIFAR-10 for one epoch instead, and with `--data PATH` on
// pictures of your own. `--count` draws more or fewer persons; all else is handed on to `ocelli train`.
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ocelli = fileURLToPath(new URL('../packages/ocelli/bin/ocelli.js', import.meta.url));
const experiment = fileURLToPath(new URL('demo.json', import.meta.url));

const words = process.argv.slice(2);
if (words.includes('--cifar10') || words.includes('--data')) {
  const others = words.filter((word) => word !== '--cifar10');
  await run('train', '--epochs', '1', '--run-name', 'demo', ...others);
} else await personDemo(taken('--count') ?? '2000', taken('--run-name') ?? 'demo');

async function personDemo(count: string, name: string): Promise<void> {
  const persons = join('runs', 'drawn', `persons-${count}`);
  await draw(persons, ['--count', count, '--seed', '0']);
  const table = join(persons, 'labels.csv');
  await run('train', experiment, '--table', table, '--run-name', name, ...words);
  const trained = join('runs', name);
  console.log('\nEvery head beside what always saying the most frequent label would reach:');
  await run('evaluate', trained);
  console.log('\nA person that was never seen:');
  const stranger = join('runs', 'drawn', 'stranger');
  await draw(stranger, ['--count', '1', '--seed', '1']);
  await run('predict', join(stranger, 'images', '00000.jpg'), '--run', trained);
}

/** The value of an option of the demo's own, which is then no word for the training any more. */
function taken(option: string): string | undefined {
  const at = words.indexOf(option);
  return at < 0 ? undefined : words.splice(at, 2)[1];
}

/** Draws a set of persons once; the table is written last, so where it is, all is. */
async function draw(folder: string, options: readonly string[]): Promise<void> {
  if (existsSync(join(folder, 'labels.csv'))) return;
  rmSync(folder, { recursive: true, force: true });
  await run('draw', 'persons', '--out', folder, ...options);
}

/** Runs one command of Ocelli; the demo ends with the first that fails. */
async function run(...command: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [ocelli, ...command], { stdio: 'inherit' });
  // Ctrl-C reaches the command too; a training finishes its step and saves, and this waits for it.
  const keepWaiting = (): void => {};
  const handOn = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', keepWaiting).on('SIGTERM', handOn);
  const exitCode = await new Promise<number>((resolve) => {
    child.on('close', (code) => resolve(code ?? 1));
  });
  process.off('SIGINT', keepWaiting).off('SIGTERM', handOn);
  if (exitCode !== 0) process.exit(exitCode);
}
