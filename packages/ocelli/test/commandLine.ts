import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ocelli = fileURLToPath(new URL('../bin/ocelli.js', import.meta.url));

/** Starting node and libtorch several times takes its time on a busy machine. In milliseconds. */
export const patience = 240_000;

/** What a command answered and wrote. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts `ocelli` in a folder, as a shell would; its cache is `cache` in there. */
export function startCommand(
  folder: string,
  words: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): { child: ChildProcess; outcome: Promise<Outcome> } {
  const env = { ...process.env, OCELLI_CACHE: join(folder, 'cache'), ...variables };
  const child = spawn(process.execPath, [ocelli, ...words], { cwd: folder, env });
  const text = { out: '', err: '' };
  child.stdout.on('data', (piece) => (text.out += piece));
  child.stderr.on('data', (piece) => (text.err += piece));
  const outcome = new Promise<Outcome>((resolve) =>
    child.once('close', (exitCode) => resolve({ exitCode, ...text })),
  );
  return { child, outcome };
}
