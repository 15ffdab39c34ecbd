import { expect, test } from 'vitest';
import { epochEnded, progressAfter, runStarted } from '../../test/scriptedRun.ts';
import type { TrainEvent } from '../train/record/events.ts';
import { consoleReporter } from './consoleReporter.ts';

const nothing = (): Promise<void> => Promise.resolve();

const started = (epoch: number, epochs: number): TrainEvent => ({
  type: 'epochStarted',
  epoch,
  epochs,
  stepInEpoch: 0,
  stepsPerEpoch: 10,
  seconds: 20.5 * (epoch - 1),
});

function step(epoch: number, stepInEpoch: number, seconds: number): TrainEvent {
  const totals = { lossSum: 125, correct: 50, count: 100 };
  const counts = { epoch, stepInEpoch, stepsPerEpoch: 10, step: 10 * (epoch - 1) + stepInEpoch };
  return { type: 'stepEnded', ...counts, lr: 0.1, seconds, totals };
}

const looking: TrainEvent = {
  type: 'evaluationStepEnded',
  split: 'test',
  done: 64,
  total: 200,
  seconds: 1,
};

const validated = (epoch: number): TrainEvent => ({
  type: 'evaluationEnded',
  split: 'test',
  epoch,
  scores: { loss: 1.15, correct: 120, count: 200, accuracy: 0.6 },
  took: 0.5,
});

const run: TrainEvent[] = [
  runStarted(),
  started(1, 2),
  step(1, 5, 10),
  step(1, 10, 20),
  looking,
  validated(1),
  { ...epochEnded(1, 120, 1.15), epochs: 2 },
  started(2, 2),
  step(2, 5, 30.5),
  step(2, 10, 40.5),
  validated(2),
  { ...epochEnded(2, 120, 1.15), epochs: 2 },
  { type: 'runEnded', reason: 'completed', progress: progressAfter(2) },
];

function written(events: readonly TrainEvent[], terminal: { isTTY: boolean; columns?: number }) {
  const pieces: string[] = [];
  const out = { ...terminal, write: (text: string) => void pieces.push(text) };
  const report = consoleReporter({ mode: 'nested', out, err: out });
  for (const event of events) void report(event, nothing);
  return pieces;
}

/** What a terminal shows after all that was written: the sequences a block uses, and no others. */
function screen(pieces: readonly string[]): string[] {
  const rows = [''];
  let row = 0;
  let column = 0;
  // eslint-disable-next-line no-control-regex -- a terminal is driven by control characters
  for (const token of pieces.join('').match(/\u001b\[1A|\u001b\[J|\r|\n|[^\u001b\r\n]+/g) ?? []) {
    if (token === '\u001b[1A') row -= 1;
    else if (token === '\r') column = 0;
    else if (token === '\n') [row, column] = [row + 1, 0];
    else if (token === '\u001b[J') rows.splice(row, Infinity, (rows[row] ?? '').slice(0, column));
    else {
      const before = (rows[row] ?? '').padEnd(column);
      rows[row] = before.slice(0, column) + token + before.slice(column + token.length);
      column += token.length;
    }
    while (rows.length <= row) rows.push('');
  }
  return rows;
}

const terminal = { isTTY: true, columns: 120 };
const head = ['======== training ========', 'parameters: 6,577,600, 6,573,120 of them learned'];
const report =
  'EPOCH:1, global_step = 10, lr: 0.0800, train loss: 1.25, train acc: 0.50, val loss: 1.15, val acc: 0.60, time: 0:00:20';

test('on a terminal the bar of epochs stands over the bar of batches', () => {
  expect(screen(written(run.slice(0, 3), terminal))).toEqual([
    ...head,
    '  0/2 [======>.......................] - ETA: 30s 20s/epoch',
    ' 5/10 [==============>...............] - ETA: 10s 2.00s/step - train loss: 1.2500 - train accuracy: 50.00',
  ]);
});

test('the evaluation takes the place of the batches', () => {
  expect(screen(written(run.slice(0, 5), terminal))).toEqual([
    ...head,
    '  1/2 [==============>...............] - ETA: 20s 20s/epoch',
    'evaluating: 64/200 of the test set',
  ]);
});

test('the report of an epoch scrolls above the two bars', () => {
  expect(screen(written(run.slice(0, 9), terminal))).toEqual([
    ...head,
    report,
    '  1/2 [=====================>........] - ETA: 10s 20s/epoch - val loss: 1.1500 - val accuracy: 60.00',
    ' 5/10 [==============>...............] - ETA: 10s 2.00s/step - train loss: 1.2500 - train accuracy: 50.00',
  ]);
});

test('a finished run leaves its reports, the full bar of epochs, the test line and the best epoch', () => {
  expect(screen(written(run, terminal))).toEqual([
    ...head,
    report,
    report
      .replace('EPOCH:1, global_step = 10, lr: 0.0800', 'EPOCH:2, global_step = 20, lr: 0.1600')
      .replace(':20', ':41'),
    '  2/2 [==============================] - 41s 21s/epoch - val loss: 1.1500 - val accuracy: 60.00',
    'Test set: Average loss: 1.1500, Accuracy: 120/200 (60.00%)',
    'best epoch: 1/2, val acc: 0.6000',
    '',
  ]);
});

test('a warning takes the place of the bars, which come back under it', () => {
  const warning: TrainEvent = { type: 'warning', message: 'disk is slow' };
  const events = [...run.slice(0, 3), warning, step(1, 6, 12)];
  const [, , third, ...bars] = screen(written(events, terminal));
  expect(third).toBe('warning: disk is slow');
  expect(bars.map((line) => line.slice(0, 7))).toEqual(['  0/2 [', ' 6/10 [']);
});

test('a run that is stopped leaves both bars where they stood', () => {
  const stopping: TrainEvent = {
    type: 'runStopping',
    reason: 'interrupted',
    progress: progressAfter(0),
  };
  const ended: TrainEvent = { ...stopping, type: 'runEnded' };
  const shown = screen(written([...run.slice(0, 3), stopping, ended], terminal));
  expect(shown.slice(2).map((line) => line.slice(0, 7))).toEqual(['  0/2 [', ' 5/10 [', '']);
});

test('neither bar reaches the last column of a narrow terminal', () => {
  const shown = screen(written(run.slice(0, 9), { isTTY: true, columns: 50 }));
  expect(shown.slice(-2).map((line) => line.length)).toEqual([49, 49]);
});

test('where the output is no terminal nothing is nested: the lines of bar mode, and no control characters', () => {
  const pieces = written(run, { isTTY: false });
  const plain: string[] = [];
  const out = { write: (text: string) => void plain.push(text) };
  const bar = consoleReporter({ mode: 'bar', out, err: out });
  for (const event of run) void bar(event, nothing);
  expect(pieces).toEqual(plain);
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  expect(pieces.join('')).not.toMatch(/[\u001b\r]/);
});
