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

/**
 * Runs `ocelli` in this process and in a folder, one command at a time: as `startCommand`, without the
 * seconds that a process and libtorch take to start. What a test says of processes themselves (signals,
 * locks, what a shell sees) needs those.
 *
 * @param listener hears what is written, piece by piece.
 */
export async function runCommand(
  folder: string,
  words: readonly string[],
  listener: (piece: string) => void = () => {},
): Promise<Outcome> {
  const { main } = await import('../src/cli/main.ts');
  const [before, cache] = [process.cwd(), process.env['OCELLI_CACHE']];
  const out = collect(process.stdout, listener);
  const err = collect(process.stderr, listener);
  process.env['OCELLI_CACHE'] = join(folder, 'cache');
  process.chdir(folder);
  try {
    const exitCode = await main(words);
    return { exitCode, out: out.text(), err: err.text() };
  } finally {
    process.chdir(before);
    if (cache === undefined) delete process.env['OCELLI_CACHE'];
    else process.env['OCELLI_CACHE'] = cache;
    out.release();
    err.release();
  }
}

/** Keeps what is written to a stream instead of showing it. */
function collect(
  stream: NodeJS.WriteStream,
  listener: (piece: string) => void,
): { text: () => string; release: () => void } {
  const write = stream.write.bind(stream);
  let text = '';
  stream.write = (piece: string | Uint8Array): boolean => {
    text += String(piece);
    listener(String(piece));
    return true;
  };
  return { text: () => text, release: () => void (stream.write = write) };
}
