import { liveTensorCount, ones, type Tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { fit } from '../src/train/loop/fit.ts';
import type { TrainEvent } from '../src/train/record/events.ts';
import { tinyTraining } from './tinyTraining.ts';

// In a file, and so in a process, of its own: the collector frees what other tests left behind
// whenever it likes, which would hide a leak here.

/** Live tensors at the end of each of eight epochs, from the second on, beyond those at that one's end. */
async function growth(atEpoch: () => void = () => {}): Promise<number[]> {
  const counts: number[] = [];
  const count = (event: TrainEvent): void => {
    if (event.type !== 'epochEnded') return;
    atEpoch();
    counts.push(liveTensorCount());
  };
  await fit({ ...tinyTraining({ epochs: 8 }), consumers: [count] });
  expect(counts).toHaveLength(8);
  const [, second = NaN] = counts; // the first epoch makes the optimizer's buffers
  return counts.slice(1).map((one) => one - second);
}

test('training and evaluation leave no tensor behind, from epoch to epoch', async () => {
  expect(Math.max(...(await growth()))).toBe(0);
});

test('what an epoch does leave behind is found out by its number', async () => {
  const left: Tensor[] = [];
  const found = await growth(() =>
    left.push(...Array.from({ length: 100 }, () => ones([1]).keep())),
  );
  // Six epochs of a hundred, less what the collector takes of the training above.
  expect(found.at(-1)).toBeGreaterThan(500);
  expect(found.at(-1)).toBeLessThanOrEqual(600);
  expect(left).toHaveLength(800);
});
