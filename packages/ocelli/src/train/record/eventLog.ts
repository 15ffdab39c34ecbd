import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { DataError } from '@ocelli/torch';
import { writeWhole } from '../runFolder/durableFile.ts';
import type { TrainEventConsumer } from './emitter.ts';
import type { TrainEvent } from './events.ts';

/** An event as stored: with the time of day, for people; durations are in the events themselves. */
export type StoredEvent = TrainEvent & { readonly time: string };

export interface EventLogOptions {
  /** Steps are stored at most this often, in seconds of the run; all other events always. @default 1 */
  stepEverySeconds?: number;
}

/** A consumer that appends events to a file, one JSON object a line. */
export interface EventLog {
  readonly consume: TrainEventConsumer;
  /** Why it is not on the disk as a whole; nothing if it is. */
  readonly failure: () => unknown;
  close(): void;
}

/** Events that can come with every step: they reach the disk with the next of another kind. */
const frequent: ReadonlySet<TrainEvent['type']> = new Set(['stepEnded', 'warning']);

/**
 * Opens the record of a run for appending. A torn last line is cut off before another follows it: one left by
 * a process that was killed while writing, or by a disk that was full. Lines that found no room are written
 * before the next one.
 *
 * Consumers that come after this one find an event flushed to the disk, unless it is a step or a warning.
 */
export function openEventLog(path: string, options: EventLogOptions = {}): EventLog {
  const { stepEverySeconds = 1 } = options;
  cutTornLine(path);
  const file = openSync(path, 'a');
  let lastStepAt = -Infinity;
  let isTorn = false;
  const waiting: string[] = [];
  let unwritten: unknown; // why lines wait
  let unflushed: unknown; // stays: what a flush has failed to bring to the disk may never come there
  function write(): void {
    for (let line = waiting[0]; line !== undefined; line = waiting[0]) {
      if (isTorn) cutTornLine(path);
      isTorn = true; // until all of it is written
      writeWhole(file, line);
      isTorn = false;
      waiting.shift();
    }
  }
  function eventLog(event: TrainEvent): void {
    if (event.type === 'evaluationStepEnded') return;
    if (event.type === 'stepEnded') {
      if (event.seconds - lastStepAt < stepEverySeconds) return;
      lastStepAt = event.seconds;
    }
    waiting.push(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
    try {
      write();
      if (!frequent.has(event.type)) fsyncSync(file);
    } catch (error) {
      if (waiting.length > 0) unwritten = error;
      else unflushed = error;
      throw error;
    }
  }
  const failure = (): unknown => (waiting.length > 0 ? unwritten : unflushed);
  return { consume: eventLog, failure, close: () => closeSync(file) };
}

function cutTornLine(path: string): void {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  const complete = bytes.lastIndexOf(0x0a) + 1;
  if (complete < bytes.length) truncateSync(path, complete);
}

/**
 * Reads the record of a run. A torn last line is skipped; the run may still be writing it.
 *
 * @throws {DataError} if any other line is not an event.
 */
export function readEventLog(path: string): StoredEvent[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const torn = lines.pop(); // '' after a complete last line
  const events = lines.map((line, index) => parseLine(path, line, index + 1));
  const last = torn === undefined || torn === '' ? undefined : tryParse(torn);
  return last === undefined ? events : [...events, last];
}

function parseLine(path: string, line: string, number: number): StoredEvent {
  const event = tryParse(line);
  if (event !== undefined) return event;
  const got = JSON.stringify(line.slice(0, 40));
  throw new DataError(`${path} line ${number}: expected a training event in JSON, got ${got}.`);
}

function tryParse(line: string): StoredEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isEvent = typeof value === 'object' && value !== null && 'type' in value;
    return isEvent ? (value as StoredEvent) : undefined; // written by this very file
  } catch {
    return undefined;
  }
}
