import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Schedule } from './schedule.ts';
import { cosine } from './cosine.ts';
import { createSchedule, scheduleEntries } from './createSchedule.ts';
import { cyclic } from './cyclic.ts';
import { epochSchedule, exponential, multiStep, restarts, stepDecay, timeDecay } from './decays.ts';
import { oneCycle } from './oneCycle.ts';
import { oneCycleTail } from './oneCycleTail.ts';
import { sequence } from './sequence.ts';

const path = new URL('../../../test/fixtures/schedules.json', import.meta.url);
type Recorded = { lr: number[]; momentum?: number[] };
const fixture = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Recorded>;

const values = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, step) => schedule(step));

/** Doubles in both; PyTorch multiplies step by step where we take powers. */
function expectSame(seen: number[], expected: number[] = []): void {
  expect(seen).toHaveLength(expected.length);
  for (const [step, value] of seen.entries()) expect(value).toBeCloseTo(expected[step] ?? NaN, 12);
}

const bounds = { base: 0.01, max: 0.4, stepSize: 4 };

test.each<[string, Schedule]>([
  ['triangular', cyclic(bounds)],
  ['triangular2', cyclic({ ...bounds, mode: 'triangular2' })],
  ['expRange', cyclic({ ...bounds, mode: 'expRange', gamma: 0.9 })],
  ['step', stepDecay({ lr: 0.4, every: 6, factor: 0.5 })],
  ['multiStep', multiStep({ lr: 0.4, at: [4, 14], factor: 0.2 })],
  ['exponential', exponential({ lr: 0.4, every: 1, factor: 0.9 })],
  ['cosine', cosine({ max: 0.4, totalSteps: 20, to: 0.1 })],
  ['restarts', restarts({ lr: 0.4, every: 5 })],
])("%s has PyTorch's values", (name, schedule) => {
  const { lr: expected } = fixture[name] ?? { lr: [NaN] };
  expectSame(values(schedule, expected.length), expected);
});

test.each([
  ['oneCycleCosine', { peak: 0.25, divFactor: 8 }],
  ['oneCycleLinear', { anneal: 'linear', momentum: [0.8, 0.9] }],
] as const)("%s has PyTorch's rates and momenta", (name, options) => {
  const { lrAt, momentumAt } = oneCycle({ max: 0.4, totalSteps: 20, ...options });
  expectSame(values(lrAt, 20), fixture[name]?.lr);
  expectSame(values(momentumAt, 20), fixture[name]?.momentum);
});

describe('by hand:', () => {
  test('a one-cycle with a tail goes 0.1, 1, 0.1 and 0.001 of its maximum', () => {
    const { lrAt, momentumAt } = oneCycleTail({ max: 2, totalSteps: 200 });
    // mid = ⌊200 · 0.9 / 2⌋ = 90.
    expect(lrAt(0)).toBeCloseTo(0.2, 12);
    expect(lrAt(45)).toBeCloseTo(1.1, 12);
    expect(lrAt(90)).toBeCloseTo(2, 12);
    expect(lrAt(135)).toBeCloseTo(1.1, 12);
    expect(lrAt(180)).toBeCloseTo(0.2, 12);
    expect(lrAt(190)).toBeCloseTo(0.101, 12);
    expect(lrAt(200)).toBeCloseTo(0.002, 12);
    expect([0, 45, 90, 135, 180, 200].map(momentumAt)).toEqual(
      [0.95, 0.9, 0.85, 0.9, 0.95, 0.95].map((value) => expect.closeTo(value, 12) as number),
    );
    expect(oneCycleTail({ max: 2, totalSteps: 200, tail: 0.5, scale: 0.2 }).lrAt(50)).toBeCloseTo(
      8,
      12,
    );
  });

  test('a warm-up is a line, then comes half a cosine', () => {
    const lrAt = cosine({ max: 1, totalSteps: 14, warmupSteps: 4, from: 0.2 });
    expect([0, 2, 4, 9, 14].map(lrAt)).toEqual(
      [0.2, 0.6, 1, 0.5, 0].map((value) => expect.closeTo(value, 12) as number),
    );
  });

  test('a scale of its own works on cycles or on steps', () => {
    const sine = (x: number) => 0.5 * (1 + Math.sin((Math.PI * x) / 2.5));
    const onCycles = cyclic({ base: 0, max: 1, stepSize: 2, scale: sine });
    expect([2, 6].map(onCycles)).toEqual([sine(1), sine(2)]);
    const onSteps = cyclic({ base: 0, max: 1, stepSize: 2, scale: sine, scaleOn: 'step' });
    expect([2, 6].map(onSteps)).toEqual([sine(2), sine(6)]);
  });

  test('decay in time is divided by 1 + decay · step', () => {
    expect([0, 10, 30].map(timeDecay({ lr: 0.6, decay: 0.1 }))).toEqual([
      0.6,
      0.3,
      expect.closeTo(0.15, 12) as number,
    ]);
  });

  test('restarts can each begin lower, and end above 0', () => {
    const lrAt = restarts({ lr: 1, every: 10, factor: 0.1, anneal: 'linear', to: 0.5 });
    expect([0, 5, 10, 15].map(lrAt)).toEqual(
      [1, 0.75, 0.1, 0.075].map((value) => expect.closeTo(value, 12) as number),
    );
  });

  test('a function of the epoch holds for all its steps: 0.001 halved every 10 epochs', () => {
    const lrAt = epochSchedule((epoch) => 0.001 * 0.5 ** Math.floor(epoch / 10), 3);
    expect([0, 29, 30, 59, 60].map(lrAt)).toEqual([0.001, 0.001, 0.0005, 0.0005, 0.00025]);
  });

  test('a sequence counts each of its schedules from its own beginning', () => {
    const again = sequence([
      { from: 0, schedule: cyclic({ base: 0, max: 1, stepSize: 2 }) },
      { from: 6, schedule: cyclic({ base: 0.5, max: 0.7, stepSize: 1 }) },
    ]);
    expect([0, 2, 5, 6, 7, 8].map(again)).toEqual([0, 1, 0.5, 0.5, 0.7, 0.5]);
  });
});

describe('named in an experiment, with options in epochs:', () => {
  const run = { lr: 0.4, epochs: 20, stepsPerEpoch: 10 };
  const at = (name: string, options: object, epochs: readonly number[]) =>
    epochs.map((epoch) => createSchedule(name, options, run).lrAt(10 * epoch));
  const close = (expected: readonly number[]) =>
    expected.map((value) => expect.closeTo(value, 10) as number);

  test.each<[string, object, number[], number[]]>([
    ['constant', {}, [0, 7, 20], [0.4, 0.4, 0.4]],
    ['triangle', { peakEpoch: 5 }, [0, 2.5, 5, 12.5, 20], [0, 0.2, 0.4, 0.2, 0]],
    [
      'cyclic',
      { base: 0.1, stepEpochs: 2, mode: 'triangular2' },
      [0, 2, 4, 6],
      [0.1, 0.4, 0.1, 0.25],
    ],
    ['cyclic', { base: 0.1, max: 0.2 }, [4], [0.2]],
    ['cyclic', { base: 0, stepEpochs: 1, mode: 'expRange', gamma: 0.99 }, [1], [0.4 * 0.99 ** 10]],
    [
      'oneCycle',
      { peakEpoch: 5, divFactor: 8, finalDivFactor: 10, anneal: 'linear' },
      [0, 4.9, 19.9],
      [0.05, 0.4, 0.005],
    ],
    ['oneCycleTail', { tail: 0.2, scale: 0.1 }, [0, 8, 16], [0.04, 0.4, 0.04]],
    ['cosine', { warmupEpochs: 4, from: 0.5, to: 0.1 }, [0, 4, 12, 20], [0.2, 0.4, 0.22, 0.04]],
    [
      'piecewise',
      {
        points: [
          [0, 0],
          [5, 0.4],
          [20, 0],
        ],
      },
      [2.5, 12.5],
      [0.2, 0.2],
    ],
    ['step', { every: 6, factor: 0.5 }, [5.9, 6, 12], [0.4, 0.2, 0.1]],
    ['multiStep', { at: [5, 15], factor: 0.5 }, [4, 5, 15], [0.4, 0.2, 0.1]],
    ['exponential', { factor: 0.5 }, [1, 2, 2.5], [0.2, 0.1, 0.1 * Math.SQRT1_2]],
    ['timeDecay', { decay: 0.01 }, [10], [0.2]],
    [
      'restarts',
      { every: 5, factor: 0.5, anneal: 'linear', to: 0.2 },
      [0, 2.5, 5],
      [0.4, 0.24, 0.2],
    ],
    [
      'sequence',
      {
        parts: [
          { fromEpoch: 0, schedule: { constant: {} } },
          { fromEpoch: 10, schedule: { cosine: {} } },
        ],
      },
      [9, 10, 15, 20],
      [0.4, 0.4, 0.2, 0],
    ],
  ])('%s %j', (name, options, epochs, expected) => {
    expect(at(name, options, epochs)).toEqual(close(expected));
  });

  /** Schedules one after another, by the epoch from which each holds. */
  const inTurn = (...parts: readonly [fromEpoch: number, schedule: object][]) => ({
    parts: parts.map(([fromEpoch, schedule]) => ({ fromEpoch, schedule })),
  });

  test.each([
    // 2.1 epochs are 210 steps, but (20 − 2.1) · 100 is 1789.9999999999998 in floating point.
    [2.1, { ...run, stepsPerEpoch: 100 }, [209, 210, 1105, 2000]],
    // 17.5 steps are rounded to 18; 52 of the 70 follow.
    [2.5, { ...run, epochs: 10, stepsPerEpoch: 7 }, [17, 18, 44, 70]],
  ])('a part of a sequence from epoch %f on has whole steps', (from, length, steps) => {
    const parts = inTurn([0, { constant: {} }], [from, { cosine: {} }]);
    const { lrAt } = createSchedule('sequence', parts, length);
    expect(steps.map(lrAt)).toEqual(close([0.4, 0.4, 0.2, 0]));
    for (const name of ['oneCycle', 'oneCycleTail']) {
      const cycles = inTurn([0, { [name]: {} }], [from, { [name]: {} }]);
      const again = createSchedule('sequence', cycles, length).lrAt;
      expect(again(steps[1] ?? NaN)).toBeCloseTo(again(0), 12);
    }
  });

  test('a sequence of one-cycles moves the momentum by one after the other', () => {
    const cycles = inTurn(
      [0, { oneCycle: { momentum: [0.8, 0.9] } }],
      [10, { oneCycleTail: { momentum: [0.7, 0.95] } }],
    );
    const { momentumAt } = createSchedule('sequence', cycles, run);
    // 100 steps each: lowest at step 0.3 · 100 − 1 of the first, at ⌊100 · 0.9 / 2⌋ = 45 of the second.
    expect([0, 29, 99, 100, 145, 190].map((step) => momentumAt?.(step))).toEqual(
      close([0.9, 0.8, 0.9, 0.95, 0.7, 0.95]),
    );
  });

  test('a sequence of which a part leaves the momentum is one for an optimizer without any', () => {
    const mixed = inTurn([0, { constant: {} }], [10, { oneCycle: {} }]);
    expect(() => createSchedule('sequence', mixed, run)).toThrow(
      'sequence: expected parts to be schedules that all move the momentum or all leave it, got ["constant","oneCycle"].',
    );
    const made = createSchedule('sequence', mixed, { ...run, movesMomentum: false });
    expect(made.momentumAt).toBeUndefined();
    expect(made.lrAt(100)).toBeCloseTo(0.4 / 25, 12);
  });

  const points = {
    points: [
      [0, 0.1],
      [20, 0],
    ],
  };

  test.each<[string, object, boolean]>([
    ['piecewise', points, true],
    ['cyclic', { base: 0.1, max: 0.2 }, true],
    ['sequence', inTurn([0, { piecewise: points }]), true],
    ['cyclic', { base: 0.1 }, false],
    ['sequence', inTurn([0, { piecewise: points }], [10, { constant: {} }]), false],
    ['cosine', {}, false],
  ])('%s %j has rates of its own: %s', (name, options, expected) => {
    const made = (lr: number) => createSchedule(name, options, { ...run, lr });
    const [rates, others] = [0.4, 0.3].map((lr) => values(made(lr).lrAt, 200).join());
    expect(rates === others).toBe(expected);
    expect(made(0.4).hasOwnRates ?? false).toBe(expected);
  });

  test('one-cycles move the momentum the other way', () => {
    const { momentumAt } = createSchedule('oneCycle', { peakEpoch: 5, momentum: [0.8, 0.9] }, run);
    expect([0, 49, 199].map((step) => momentumAt?.(step))).toEqual(close([0.9, 0.8, 0.9]));
    const tail = createSchedule('oneCycleTail', { momentum: [0.8, 0.9] }, run).momentumAt;
    expect([0, 90, 180].map((step) => tail?.(step))).toEqual(close([0.9, 0.8, 0.9]));
  });

  test('every one says what it does and what its options mean', () => {
    for (const [, { purpose, options }] of scheduleEntries) {
      expect([purpose, ...Object.values(options)].every((text) => text.length > 5)).toBe(true);
    }
  });

  test.each<[string, object, string]>([
    ['cosin', {}, 'schedule: unknown schedule "cosin". Did you mean "cosine"?'],
    [
      'cosine',
      { warmup: 3 },
      'cosine: expected options to be among warmupEpochs, from, to, got "warmup".',
    ],
    [
      'cosine',
      { warmupEpochs: 20 },
      'cosine: expected warmupSteps to be from 0 to below totalSteps (200), got 200.',
    ],
    ['cosine', { from: 0.1 }, 'cosine: expected from to be left out without a warm-up, got 0.1.'],
    ['step', {}, 'stepDecay: expected every to be a number above 0, got undefined.'],
    [
      'step',
      { every: 3, factor: 1 },
      'stepDecay: expected factor to be above 0 and other than 1, which changes nothing, got 1.',
    ],
    [
      'multiStep',
      { at: [5, 2] },
      'multiStep: expected at to be rising numbers above 0, got [50,20].',
    ],
    ['cyclic', { base: 0.5 }, 'cyclic: expected max to be above base (0.5), got 0.4.'],
    [
      'cyclic',
      { gamma: 0.9 },
      'cyclic: expected gamma to be left out unless mode is expRange, got 0.9.',
    ],
    ['oneCycle', { peakEpoch: 20 }, 'oneCycle: expected peak to be between 0 and 1, got 1.'],
    [
      'oneCycle',
      { momentum: [0.9, 0.8] },
      'oneCycle: expected momentum to be two rising numbers from 0 to below 1, got [0.9,0.8].',
    ],
    [
      'sequence',
      { parts: [{ fromEpoch: 1, schedule: { constant: {} } }] },
      'sequence: expected stretches to be from rising steps, the first from 0, got [10].',
    ],
    [
      'sequence',
      { parts: [{ fromEpoch: 0 }] },
      'sequence: expected each of parts to be { fromEpoch, schedule: { name: options } }, got {"fromEpoch":0}.',
    ],
    ['sequence', { parts: [null] }, 'sequence: expected each of parts to be { fromEpoch, schedule'],
    [
      'sequence',
      { parts: [{ fromEpoch: '0', schedule: { constant: {} } }] },
      'sequence: expected each of parts to be { fromEpoch, schedule',
    ],
    [
      'sequence',
      { parts: [{ fromEpoch: 0, schedule: { constant: {}, cosine: {} } }] },
      'sequence: expected each of parts to be { fromEpoch, schedule',
    ],
    [
      'sequence',
      { parts: [{ fromEpoch: 0, schedule: { cosine: 3 } }] },
      'cosine: expected options to be an object, got 3.',
    ],
  ])('%s %j is refused', (name, options, message) => {
    expect(() => createSchedule(name, options, run)).toThrow(message);
  });
});
