import { expect, test } from 'vitest';
import { resolveExperiment } from './experiment.ts';

// What has no effect beside a schedule that sets the momentum, or whose options say all rates.

const cycles = {
  schedule: 'sequence',
  scheduleOptions: { parts: [{ fromEpoch: 0, schedule: { oneCycle: {} } }] },
};

test('a sequence of one-cycles sets the momentum, but of a run that has one on record', () => {
  expect(resolveExperiment(cycles).momentum).toBeNull();
  const given = { ...cycles, momentum: 0.8 };
  expect(() => resolveExperiment(given)).toThrow(
    'expected no momentum with schedule sequence, which sets it, got 0.8.',
  );
  expect(resolveExperiment(given, { isRecord: true }).momentum).toBe(0.8);
});

test('a sequence of which a part leaves the momentum is refused, unless nothing moves it', () => {
  const parts = [
    { fromEpoch: 0, schedule: { constant: {} } },
    { fromEpoch: 2, schedule: { oneCycle: {} } },
  ];
  const mixed = { schedule: 'sequence', scheduleOptions: { parts } };
  expect(() => resolveExperiment(mixed)).toThrow('all move the momentum or all leave it');
  expect(resolveExperiment({ ...mixed, optimizer: 'adam' }).momentum).toBeNull();
  const recorded = { ...mixed, momentum: 0.8 };
  expect(resolveExperiment(recorded, { isRecord: true }).momentum).toBe(0.8);
});

const piecewise = {
  schedule: 'piecewise',
  scheduleOptions: {
    points: [
      [0, 0.1],
      [20, 0],
    ],
  },
};

test.each([
  [{ lr: 0.2 }, 'lr', '0.2'],
  [{ findLr: 'valley' }, 'findLr', '"valley"'],
])('%j beside points is refused, but of a run that has it on record', (extra, name, got) => {
  const input = { ...piecewise, ...extra };
  const sentence = `expected no ${name} with schedule piecewise, whose options say the rates`;
  const message = `experiment: ${sentence}, got ${got}. It would have no effect.`;
  expect(() => resolveExperiment(input)).toThrow(expect.objectContaining({ message }));
  expect(resolveExperiment(input, { isRecord: true })).toMatchObject(extra);
});

test.each([{}, { optimizer: 'adam' }, { table: 'labels.csv' }])(
  'points beside %j resolve, and the result to itself',
  (others) => {
    const once = resolveExperiment({ ...piecewise, ...others });
    expect(resolveExperiment(JSON.parse(JSON.stringify(once)))).toEqual(once);
  },
);
