import { expect, test } from 'vitest';
import { resolveExperiment } from '../../train/experiment/experiment.ts';
import { trainCommand } from './trainCommand.ts';

function commandFor(settings: object, changes: object = {}): string | undefined {
  return trainCommand(resolveExperiment(settings), changes);
}

test('settings that have their default are not mentioned', () => {
  expect(commandFor({})).toBe('npx ocelli train');
  expect(commandFor({ epochs: 20, lr: 0.4, threads: 2 })).toBe('npx ocelli train');
});

test('settings that follow from another one are not mentioned', () => {
  // 40 epochs peak at 10 by themselves; adam has no momentum.
  expect(commandFor({ epochs: 40, peakEpoch: 10 })).toBe('npx ocelli train --epochs 40');
  expect(commandFor({ optimizer: 'adam', lr: 0.001 })).toBe('npx ocelli train --optimizer adam');
});

test('changes replace what the run had', () => {
  expect(commandFor({ epochs: 5, seed: 3, flip: false }, { epochs: 10 })).toBe(
    'npx ocelli train --epochs 10 --no-flip --seed 3',
  );
});

test('a path goes to the shell as one word', () => {
  expect(commandFor({ data: "my cat's pictures" })).toBe(
    `npx ocelli train --data 'my cat'\\''s pictures'`,
  );
});

test('changes that the other settings refuse, or that have no effect beside stages, are no command', () => {
  const points = [
    [0, 0.1],
    [20, 0],
  ];
  const piecewise = { schedule: 'piecewise', scheduleOptions: { points } };
  expect(commandFor(piecewise, { lr: 0.1 })).toBeUndefined();
  expect(commandFor(piecewise, { seed: 3 })).toContain('--schedule piecewise');
  const augmentation = [{ rotate: { degrees: 5 } }];
  expect(commandFor({ augmentation }, { flip: true })).toBeUndefined();
  expect(commandFor({ stages: [{ epochs: 5 }, { lr: 0.01 }] }, { lr: 0.1 })).toBeUndefined();
});
