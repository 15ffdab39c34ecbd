// Runs programs, their output in the log.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupFailure, knownCause } from './failure.mjs';
import { interruption } from './interruption.mjs';

const keptOutput = 1_000_000; // characters searched for the cause of a failure
const quickAnswerMs = 60_000; // apt-cache, on a busy machine that reads its lists for the first time
const patienceMs = 2000; // with programs that go on after an interrupt

/** Absolute path of a program on the PATH. */
export function findProgram(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export function succeeds(program, args) {
  return spawnSync(program, args, { stdio: 'ignore', timeout: quickAnswerMs }).status === 0;
}

/** What a program prints, or '' if it fails. */
export function answerOf(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: quickAnswerMs });
  return status === 0 ? stdout.trim() : '';
}

/**
 * Runs `command` (program and arguments) to its end.
 * @param options.remedy what to do when the output does not give a known cause away.
 * @param options.onLine receives each line of output.
 * @param options.killable false for what must not be killed where an interrupt does not end it.
 * @throws {SetupFailure} if it ends with anything but 0.
 */
export async function run(command, { log, remedy, cwd, env, onLine, killable }) {
  interruption.throwIfAborted();
  log.detail(`\n$ ${command.join(' ')}\n`);
  const { code, text } = await outcome(command, { log, cwd, env, onLine, killable });
  interruption.throwIfAborted();
  if (code === 0) return;
  const cause = knownCause(text);
  const problem = cause
    ? `${cause} and run it again`
    : `${firstError(text) ?? `exit ${code}`}. ${remedy}`;
  throw new SetupFailure(`${command[0].split('/').at(-1)}: ${problem} (details: ${log.path}).`);
}

async function outcome([program, ...args], { log, cwd, env, onLine = () => {}, killable = true }) {
  // A process group of its own, so that an interrupt reaches compilers through cmake and make.
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  const take = (chunk) => {
    text = (text + chunk).slice(-keptOutput);
    log.detail(chunk);
    for (const line of chunk.split('\n')) onLine(line);
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  const release = endWhenInterrupted(child, killable);
  try {
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => resolve(status ?? signal));
    });
    return { code, text };
  } finally {
    release();
  }
}

/** An interrupt is passed on to a program and whatever it started. @returns the end of that. */
function endWhenInterrupted(child, killable) {
  let timer;
  const pass = () => {
    signalGroup(child, interruption.reason.signal);
    if (killable) timer = setTimeout(() => kill(child), patienceMs);
  };
  interruption.addEventListener('abort', pass);
  return () => {
    interruption.removeEventListener('abort', pass);
    clearTimeout(timer);
  };
}

function kill(child) {
  signalGroup(child, 'SIGKILL');
  // What has left the group may hold the pipes open, and with them the set-up.
  child.stdout.destroy();
  child.stderr.destroy();
}

function signalGroup({ pid }, signal) {
  if (pid === undefined) return; // it did not start
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nobody is left in the group, or what sudo started is in it: that is waited for.
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error;
  }
}

function firstError(text) {
  const line = text.split('\n').find((candidate) => /\berror\b/i.test(candidate));
  return line
    ?.replace(/^npm error\s*/, '')
    .trim()
    .replace(/\.$/, '')
    .slice(0, 200);
}
