// `npm run demo`: the main job, short: DavidNet learns CIFAR-10 for one epoch. Options are handed on
// to `ocelli train`, as in `npm run demo -- --data PATH`.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ocelli = fileURLToPath(new URL('../packages/ocelli/bin/ocelli.js', import.meta.url));
const words = ['train', '--epochs', '1', '--run-name', 'demo', ...process.argv.slice(2)];
const training = spawn(process.execPath, [ocelli, ...words], { stdio: 'inherit' });

// Ctrl-C reaches the training too; it finishes its step and saves, and this waits for it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => training.kill('SIGTERM'));
training.on('close', (code) => {
  process.exitCode = code ?? 1;
});
