import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

/** Another process that answers each line it is sent with one line. */
export interface Peer {
  /** The first word of its first line: which version it is. */
  readonly version: string;
  /** The other words: the ways in which it can do its work. */
  readonly modes: readonly string[];
  ask(line: string): Promise<string>;
  close(): void;
}

/** Pythons that may have PyTorch: the ones asked for, the active one, the system's. */
function pythons(): string[] {
  const asked = [process.env['PYTHON'], process.env['OCELLI_PEER_PYTHON']];
  const named = asked.filter((python) => python !== undefined && python !== '');
  return [...new Set([...named, 'python3', '/usr/bin/python3'])] as string[];
}

/**
 * Starts a script of `benchmarks/peers` with the first Python that can run it.
 *
 * @returns nothing if there is no Python with what the script imports.
 */
export async function startPeer(script: string, ...words: string[]): Promise<Peer | undefined> {
  for (const python of pythons()) {
    const peer = await talkTo(python, script, words);
    if (peer !== undefined) return peer;
  }
  return undefined;
}

/**
 * Starts a script of `benchmarks/peers` once for every version of PyTorch there is. The variable
 * `OCELLI_PEER_PYTHON` names one more Python to try, for example that of a newer PyTorch.
 */
export async function startPeers(script: string, ...words: string[]): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const python of pythons()) {
    const peer = await talkTo(python, script, words);
    if (peers.some(({ version }) => version === peer?.version)) peer?.close();
    else if (peer !== undefined) peers.push(peer);
  }
  return peers;
}

async function talkTo(python: string, script: string, words: string[]): Promise<Peer | undefined> {
  const command = [join(import.meta.dirname, 'peers', script), ...words];
  const child = spawn(python, command, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.on('error', () => {}); // no such Python: its output ends without a line
  child.stdin.on('error', () => {}); // it ended: the next answer is missing
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const read = async (): Promise<string | undefined> => (await lines.next()).value;
  const [version, ...modes] = (await read())?.split(' ') ?? [];
  if (version === undefined) return undefined;
  return {
    version,
    modes,
    ask: async (line) => {
      child.stdin.write(`${line}\n`);
      const answer = await read();
      if (answer !== undefined) return answer;
      throw new Error(`${python} ${command.join(' ')}: expected an answer to ${line}, it ended.`);
    },
    close: () => child.stdin.end(),
  };
}
