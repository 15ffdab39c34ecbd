import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { OcelliError } from '@ocelli/torch';

/** The run folder is in use by another process. */
export class RunLockedError extends OcelliError {
  constructor(message: string, options?: ErrorOptions) {
    super('RUN_LOCKED', message, options);
  }
}

/** Held while a process writes to a run folder. */
export interface RunLock {
  release(): Promise<void>;
}

/**
 * Takes a run folder for this process alone.
 *
 * The lock is a local socket that listens under a name made from the folder's identity. The kernel
 * closes it with the process, however that ends, so `kill -9` leaves no stale lock. The note in
 * `lock.json` only tells people who holds it. Two machines that share a folder over a network do not
 * see each other's locks.
 *
 * @throws {RunLockedError} if another process holds it.
 */
export async function lockRun(folder: string): Promise<RunLock> {
  const address = addressOf(folder);
  const note = join(folder, 'lock.json');
  const server = (await listen(address)) ?? (await listenAfterSweeping(address));
  if (server === undefined) throw lockedError(folder, note);
  writeFileSync(note, JSON.stringify(holder()));
  return { release: () => release(server, note) };
}

function holder(): object {
  return { pid: process.pid, host: hostname(), since: new Date().toISOString() };
}

async function release(server: Server, note: string): Promise<void> {
  rmSync(note, { force: true });
  await new Promise((resolve) => server.close(resolve));
}

function addressOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  const identity = createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32);
  // Linux: an abstract socket, a name without a file. Windows: a named pipe. Both die with us.
  if (process.platform === 'linux') return `\0ocelli-run-${identity}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\ocelli-run-${identity}`;
  return join(tmpdir(), `ocelli-run-${identity}.sock`);
}

/** The listening server, or nothing when the address is taken. */
function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve(server));
    server.unref(); // a lock is no reason to stay alive
  });
}

/** Where sockets are files (macOS), a killed process leaves one that nobody answers at. */
async function listenAfterSweeping(address: string): Promise<Server | undefined> {
  if (process.platform === 'linux' || process.platform === 'win32') return undefined;
  if (await answers(address)) return undefined;
  rmSync(address, { force: true });
  return listen(address);
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(true));
  });
}

function lockedError(folder: string, note: string): RunLockedError {
  const remedy = 'Stop it, or choose another run.';
  try {
    const { pid, host, since } = JSON.parse(readFileSync(note, 'utf8')) as Record<string, unknown>;
    return new RunLockedError(
      `${folder} is in use by process ${pid} on ${host} since ${since}. ${remedy}`,
    );
  } catch {
    return new RunLockedError(`${folder} is in use by another process. ${remedy}`);
  }
}
