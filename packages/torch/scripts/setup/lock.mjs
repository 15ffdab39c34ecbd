// One at a time: a second set-up waits for the first and then finds its work done.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { interruption } from './interruption.mjs';

/**
 * Runs `work` while holding the lock file at `path`; one left by a process that died is taken over.
 * @param waiting called once, with the holder, if another process holds it.
 */
export async function withLock(path, waiting, work) {
  mkdirSync(dirname(path), { recursive: true });
  for (let attempt = 0; !take(path); attempt++) {
    const holder = readHolder(path);
    if (holder && !isRunning(holder)) takeAway(path);
    else {
      if (attempt === 0) waiting(holder);
      await sleep(200, undefined, { signal: interruption });
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** What the one who waits is told. */
export function waitingFor(what, holder, path) {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
  return `Another ${what} is running (${who}); waiting for it. If none is, delete ${path}`;
}

/** The file appears with its content or, if there is one already, not at all. */
function take(path) {
  const own = `${path}.${process.pid}`;
  const holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  writeFileSync(own, JSON.stringify(holder));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function readHolder(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // just released
  }
}

/** Of two that see the same dead holder, the slower may catch the faster's fresh lock: back with it. */
function takeAway(path) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    if (isRunning(readHolder(aside))) linkSync(aside, path);
    rmSync(aside, { force: true });
  } catch {
    // Another one took it away first.
  }
}

function isRunning({ pid, host, started }) {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return started === startOf(pid);
}

/** Tells a process from a later one with the same number, where the system says when it began. */
function startOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[19];
  } catch {
    return '';
  }
}
