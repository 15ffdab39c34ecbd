import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

/** Another process that answers each line it is sent with one line. */
export interface Peer {
  /** Its first line: which version it is. */
  readonly version: string;
  ask(line: string): Promise<string>;
  close(): void;
}

/** Pythons that may have PyTorch: the one asked for, the active one, the system's. */
const pythons = [process.env['PYTHON'], 'python3', '/usr/bin/python3'];

/**
 * Starts a script of `benchmarks/peers` with the first Python that can run it.
 *
 * @returns nothing if there is no Python with what the script imports.
 */
export async function startPeer(script: string, ...words: string[]): Promise<Peer | undefined> {
  const path = join(import.meta.dirname, 'peers', script);
  for (const python of pythons) {
    if (python === undefined) continue;
    const peer = await talkTo(python, [path, ...words]);
    if (peer !== undefined) return peer;
  }
  return undefined;
}

async function talkTo(python: string, command: string[]): Promise<Peer | undefined> {
  const child = spawn(python, command, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.on('error', () => {}); // no such Python: its output ends without a line
  child.stdin.on('error', () => {}); // it ended: the next answer is missing
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const read = async (): Promise<string | undefined> => (await lines.next()).value;
  const version = await read();
  if (version === undefined) return undefined;
  return {
    version,
    ask: async (line) => {
      child.stdin.write(`${line}\n`);
      const answer = await read();
      if (answer !== undefined) return answer;
      throw new Error(`${python} ${command.join(' ')}: expected an answer to ${line}, it ended.`);
    },
    close: () => child.stdin.end(),
  };
}
