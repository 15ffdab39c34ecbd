import fs, {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { epochEnded, runStarted } from '../../../test/scriptedRun.ts';
import { noisePictures, tinyTraining } from '../../../test/tinyTraining.ts';
import { normalize } from '../../augment/normalize.ts';
import { openEventLog, readEventLog } from './eventLog.ts';
import type { StepEnded, TrainEvent } from './events.ts';
import { fit } from '../loop/fit.ts';
import { shuffledBatches } from '../batches/pictureBatches.ts';
import { disposeBatch, type TrainingData } from '../batches/trainingData.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ocelli-events-'));
  path = join(folder, 'events.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const nothing = (): Promise<void> => Promise.resolve();

function log(...events: TrainEvent[]): void {
  const { consume, close } = openEventLog(path);
  for (const event of events) void consume(event, nothing);
  close();
}

const types = (): string[] => readEventLog(path).map(({ type }) => type);

test('what was logged is read back, with the time of day added', () => {
  log(runStarted(), epochEnded(1, 100));
  const [first, second] = readEventLog(path);
  expect(first).toMatchObject({ type: 'runStarted', time: expect.stringMatching(/^\d{4}-.*Z$/) });
  expect(second).toMatchObject(epochEnded(1, 100));
});

test('wherever the last record is torn, the reader keeps every earlier one', () => {
  log(runStarted(), epochEnded(1, 100), epochEnded(2, 110));
  const whole = readFileSync(path);
  const startOfLast = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
  for (let length = startOfLast; length < whole.length - 1; length++) {
    writeFileSync(path, whole.subarray(0, length));
    expect(types()).toEqual(['runStarted', 'epochEnded']);
  }
});

test('a complete last record without its line end is read', () => {
  log(runStarted());
  truncateSync(path, readFileSync(path).length - 1);
  expect(types()).toEqual(['runStarted']);
});

test('opening cuts a torn last line, so that what follows can be read', () => {
  log(runStarted());
  appendFileSync(path, '{"type":"epochEn');
  log(epochEnded(1, 100));
  expect(types()).toEqual(['runStarted', 'epochEnded']);
});

test('a broken line in the middle is an error that names it', () => {
  log(runStarted());
  appendFileSync(path, 'not json\n');
  log(epochEnded(1, 100));
  expect(() => readEventLog(path)).toThrow(
    `${path} line 2: expected a training event in JSON, got "not json".`,
  );
});

/** A step of a run that has worked for so long. */
const stepAt = (seconds: number): StepEnded => ({
  type: 'stepEnded',
  epoch: 1,
  stepInEpoch: 1,
  stepsPerEpoch: 10,
  step: 1,
  lr: 0.1,
  seconds,
});

test('steps are stored once a second at most, other events always', () => {
  log(...[0, 0.4].map(stepAt), epochEnded(1, 1), ...[0.9, 1, 1.5, 2.1].map(stepAt));
  const seconds = readEventLog(path).map((event) => ('seconds' in event ? event.seconds : 'epoch'));
  expect(seconds).toEqual([0, 'epoch', 1, 2.1]);
});

/** Does work while `node:fs` has another function in it, also for modules that import it by name. */
function whileSpied(spy: { mockRestore(): void }, work: () => void): void {
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    spy.mockRestore();
    syncBuiltinESMExports();
  }
}

/** Does work on a disk that takes so many bytes at once, and so many in all. */
function onDisk({ atOnce = Infinity, room = Infinity }, work: () => void): void {
  const { writeSync } = fs;
  let left = room;
  const write = vi.spyOn(fs, 'writeSync').mockImplementation((...given: unknown[]) => {
    if (left === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const [file, content, from = 0] = given as [number, Uint8Array, number?];
    const part = Buffer.from(content).subarray(from).subarray(0, Math.min(atOnce, left));
    left -= part.length;
    return writeSync(file, part);
  });
  whileSpied(write, work);
}

test('a line is written to its end, also where a call writes a part of it', () => {
  onDisk({ atOnce: 7 }, () => log(runStarted(), epochEnded(1, 100)));
  expect(types()).toEqual(['runStarted', 'epochEnded']);
});

test.each([0, 1, 40])(
  'a line of which a full disk took %i bytes is cut off, and written again before the next one',
  (room) => {
    const { consume, failure, close } = openEventLog(path);
    void consume(runStarted(), nothing);
    onDisk({ room }, () => {
      expect(() => void consume(epochEnded(1, 100), nothing)).toThrow('no space left');
      expect(() => void consume(epochEnded(2, 100), nothing)).toThrow('no space left');
    });
    expect(types()).toEqual(['runStarted']);
    expect(failure()).toMatchObject({ code: 'ENOSPC' });
    void consume(epochEnded(3, 100), nothing); // there is room again
    close();
    const epochs = [epochEnded(1, 100), epochEnded(2, 100), epochEnded(3, 100)];
    expect(readEventLog(path)).toMatchObject([{ type: 'runStarted' }, ...epochs]);
    expect(failure()).toBeUndefined();
  },
);

test('of whole lines that a full disk took with a part of the next, none is written twice', () => {
  const { consume, close } = openEventLog(path);
  const line = (epoch: number): TrainEvent => epochEnded(epoch, 100);
  onDisk({ room: 0 }, () => expect(() => void consume(line(1), nothing)).toThrow());
  onDisk({ room: 600 }, () => expect(() => void consume(line(2), nothing)).toThrow());
  void consume(line(3), nothing);
  close();
  expect(readEventLog(path)).toMatchObject([line(1), line(2), line(3)]);
});

test('a flush that failed leaves the record in doubt, whatever is written after it', () => {
  const { consume, failure, close } = openEventLog(path);
  const flush = vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {
    throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  });
  whileSpied(flush, () => expect(() => void consume(runStarted(), nothing)).toThrow());
  void consume(epochEnded(1, 100), nothing);
  close();
  expect(failure()).toMatchObject({ code: 'ENOSPC' });
  expect(types()).toEqual(['runStarted', 'epochEnded']);
});

test('every event but a step or a warning is flushed to the disk', () => {
  const flush = vi.spyOn(fs, 'fsyncSync');
  whileSpied(flush, () => {
    log(stepAt(0), { type: 'warning', message: 'slow' });
    expect(flush).toHaveBeenCalledTimes(0);
    log(runStarted(), stepAt(1), epochEnded(1, 100));
    expect(flush).toHaveBeenCalledTimes(2);
  });
});

function namesOfBatch(data: TrainingData, number: number): string[] {
  const names: string[][] = [];
  for (const batch of data.batches(1, 0)) {
    names.push(Array.from(batch.indices, (index) => data.nameOf(index)));
    disposeBatch(batch);
  }
  return names[number - 1] ?? [];
}

test('a run stopped by a bad loss leaves the step, its rate and every name of the batch on record', async () => {
  const transforms = [normalize({ mean: [128, 128, 128], std: [64, 64, 64] })];
  const shuffled = { batchSize: 7, device: 'cpu', seed: 3, transforms };
  const training = tinyTraining({ data: shuffledBatches(noisePictures(21), shuffled) });
  const { compute } = training.loss;
  let calls = 0;
  const loss = {
    ...training.loss,
    compute: (...given: Parameters<typeof compute>) => {
      const outcome = compute(...given);
      return ++calls === 2 ? { ...outcome, loss: outcome.loss.mul(NaN) } : outcome;
    },
  };
  const { consume, close } = openEventLog(path);
  await expect(fit({ ...training, loss, consumers: [consume] })).rejects.toThrow('step 2: ');
  close();
  const stopping = readEventLog(path).find(({ type }) => type === 'runStopping');
  const names = namesOfBatch(training.data, 2);
  expect(names).toHaveLength(7); // the message stops at five
  expect(stopping).toMatchObject({ reason: 'nonFinite', badStep: { step: 2, lr: 0.05, names } });
});
