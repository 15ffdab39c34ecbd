import { expect, test } from 'vitest';
import { epochEnded, progressAfter, runStarted } from '../../test/scriptedRun.ts';
import type { TrainEvent } from '../train/record/events.ts';
import { consoleReporter, type ConsoleReporterOptions, type Output } from './consoleReporter.ts';

const nothing = (): Promise<void> => Promise.resolve();

function step(stepInEpoch: number, seconds: number): TrainEvent {
  const totals = {
    lossSum: stepInEpoch * 125,
    correct: stepInEpoch * 50,
    count: stepInEpoch * 100,
  };
  const counts = { stepInEpoch, stepsPerEpoch: 10, step: stepInEpoch };
  return { type: 'stepEnded', epoch: 1, ...counts, lr: 0.1, seconds, totals };
}

const validated: TrainEvent = {
  type: 'evaluationEnded',
  split: 'test',
  epoch: 1,
  scores: { loss: 0.518, correct: 8378, count: 10000, accuracy: 0.8378 },
  took: 3,
};

const run: TrainEvent[] = [
  runStarted(),
  { type: 'epochStarted', epoch: 1, epochs: 20, stepInEpoch: 0, stepsPerEpoch: 10, seconds: 0 },
  step(1, 1.5),
  step(4, 8),
  step(8, 16),
  step(10, 20),
  validated,
  epochEnded(1, 120, 1.15),
  { type: 'runEnded', reason: 'completed', progress: progressAfter(1) },
];

function shown(events: readonly TrainEvent[], options: ConsoleReporterOptions & Partial<Output>) {
  const { isTTY = false, columns, ...rest } = options;
  const written = { out: '', err: '' };
  const out: Output = {
    write: (text) => (written.out += text),
    isTTY,
    ...(columns === undefined ? {} : { columns }),
  };
  const err: Output = { write: (text) => (written.err += text) };
  const report = consoleReporter({ out, err, ...rest });
  for (const event of events) void report(event, nothing);
  return written;
}

test('line mode: banner, one aligned line an epoch, the test line and the best epoch', () => {
  const banner = ['runs/davidnet/1', 'model: davidnet'];
  expect(shown(run, { mode: 'line', banner }).out).toBe(
    [
      '======== runs/davidnet/1 ========',
      'model: davidnet',
      'parameters: 6,577,600, 6,573,120 of them learned',
      'epoch:  1/20  lr: 0.0800  train loss: 1.2500  train acc: 0.5000  val loss: 1.1500  val acc: 0.6000  time: 20.50',
      'Test set: Average loss: 0.5180, Accuracy: 8378/10000 (83.78%)',
      'best epoch: 1/20, val acc: 0.6000',
      '',
    ].join('\n'),
  );
});

test('bar mode without a terminal: plain lines, ten seconds apart, never a carriage return', () => {
  expect(shown(run, { mode: 'bar' }).out).toBe(
    [
      '======== training ========',
      'parameters: 6,577,600, 6,573,120 of them learned',
      'Epoch: 1 / 20',
      ' 8/10 [=======================>......] - ETA: 4s 2.00s/step - train loss: 1.2500 - train accuracy: 50.00',
      '10/10 [==============================] - 20s 2.00s/step - train loss: 1.2500 - train accuracy: 50.00',
      'Test set: Average loss: 0.5180, Accuracy: 8378/10000 (83.78%)',
      'EPOCH:1, global_step = 10, lr: 0.0800, train loss: 1.25, train acc: 0.50, val loss: 1.15, val acc: 0.60, time: 0:00:20',
      'best epoch: 1/20, val acc: 0.6000',
      '',
    ].join('\n'),
  );
});

test('bar mode on a terminal: one line drawn over, ended before anything else is written', () => {
  const { out } = shown(run, { mode: 'bar', isTTY: true, columns: 120 });
  const drawn = out.split('\n')[3]?.split('\r').slice(1) ?? [];
  expect(drawn.length).toBe(4);
  expect(drawn[0]).toContain(' 1/10 [==>');
  expect(drawn[3]?.trimEnd()).toBe(
    '10/10 [==============================] - 20s 2.00s/step - train loss: 1.2500 - train accuracy: 50.00',
  );
  expect(out.split('\n')[4]).toBe('Test set: Average loss: 0.5180, Accuracy: 8378/10000 (83.78%)');
});

test('a narrow terminal is never wrapped: lines stay under its width', () => {
  const { out } = shown(run, { mode: 'bar', isTTY: true, columns: 60 });
  const bars = out.split(/[\r\n]/).filter((text) => text.includes('/10 ['));
  expect(bars).toHaveLength(4); // of four steps
  for (const bar of bars) expect(bar.length).toBeLessThan(60);
});

test('a shorter line blanks out the longer one under it', () => {
  const wide = shown([...run.slice(0, 2), step(9, 18), step(10, 20)], {
    isTTY: true,
    columns: 200,
  });
  const [first, second] = wide.out.split('\r').slice(1);
  expect(second?.replace('\n', '').length).toBe(first?.length);
});

test('a step without totals draws nothing: reading them would wait for the device', () => {
  const { totals: _, ...bare } = step(5, 15) as Extract<TrainEvent, { type: 'stepEnded' }>;
  expect(shown([...run.slice(1, 2), bare], {}).out).toBe('Epoch: 1 / 20\n');
});

test('from the second epoch on the time to the end of the run is given', () => {
  const second: TrainEvent = {
    type: 'epochStarted',
    epoch: 2,
    epochs: 20,
    stepInEpoch: 0,
    stepsPerEpoch: 10,
    seconds: 20.5,
  };
  expect(shown([epochEnded(1, 100), second], {}).out.split('\n')[1]).toBe(
    'Epoch: 2 / 20 (about 6:30 to go)', // 19 epochs of 20.5 s
  );
});

test('silent mode shows warnings alone, and those on the error stream', () => {
  const events: TrainEvent[] = [...run, { type: 'warning', message: 'disk is slow' }];
  expect(shown(events, { mode: 'silent' })).toEqual({ out: '', err: 'warning: disk is slow\n' });
});

test('a warning in the middle of a bar starts on a line of its own', () => {
  const events: TrainEvent[] = [...run.slice(0, 3), { type: 'warning', message: 'slow' }];
  expect(shown(events, { isTTY: true }).out.endsWith('\n')).toBe(true);
});

test('on a terminal a long evaluation shows how far it is, and leaves no trace', () => {
  const looking: TrainEvent = {
    type: 'evaluationStepEnded',
    split: 'test',
    done: 512,
    total: 10000,
    seconds: 1,
  };
  const { out } = shown([looking, validated], { isTTY: true });
  const text = 'evaluating: 512/10000 of the test set';
  const line = 'Test set: Average loss: 0.5180, Accuracy: 8378/10000 (83.78%)';
  expect(out).toBe(`\r${text}\r${' '.repeat(text.length)}\r${line}\n`);
  expect(shown([looking, validated], {}).out).toBe(`${line}\n`);
});

test('what a run did about an epoch stands under the report of that epoch', () => {
  const figures = ['accuracy'];
  const reduction = { monitor: 'loss', from: 0.1, to: 0.07, value: 1.15, best: 1.05 };
  const told: TrainEvent[] = [
    { type: 'learningRateReduced', epoch: 1, ...reduction },
    { type: 'bestSaved', epoch: 1, figures, before: 0.59, now: 0.6 },
    { type: 'stopRequested', why: '5 minutes are used up' },
    epochEnded(1, 120, 1.15),
    { type: 'weightsRestored', epoch: 1 },
    { type: 'runEnded', reason: 'stopped', progress: progressAfter(1) },
  ];
  expect(shown(told, { mode: 'bar' }).out.split('\n').slice(1)).toEqual([
    'reduced: learning rate 0.1 → 0.07, since val loss 1.1500 did not get better than 1.0500',
    'saved: best weights so far, val accuracy 0.5900 → 0.6000',
    'stopping: 5 minutes are used up',
    'restored: the weights of epoch 1',
    'best epoch: 1/20, val acc: 0.6000',
    '',
  ]);
  expect(shown(told, { mode: 'line' }).out).not.toContain('saved:');
  expect(shown(told, { mode: 'line' }).out).toContain('reduced:');
  expect(shown(told, { mode: 'silent' }).out).toBe('');
});

test('a run that goes on says from where', () => {
  expect(shown([runStarted(2)], {}).out).toContain('going on after step 20');
  expect(shown([runStarted(20)], {}).out).toContain('already completed after epoch 20\n');
});

test('the best epoch of a run that goes on may be on record; what came after its start counts no more', () => {
  const history = [runStarted(), epochEnded(1, 150), epochEnded(2, 110), epochEnded(3, 190)];
  const ended: TrainEvent = {
    type: 'runEnded',
    reason: 'completed',
    progress: progressAfter(3),
  };
  const { out } = shown([runStarted(2), epochEnded(3, 120), ended], { mode: 'line', history });
  expect(out).toMatch(/\nbest epoch: 1\/20, val acc: 0\.7500\n$/);
});
