import { liveTensorCount } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { fit } from '../src/train/loop/fit.ts';
import { tinyTraining } from './tinyTraining.ts';

// In a file, and so in a process, of its own: the collector frees what other tests left behind
// whenever it likes, which would hide a leak here.

test('training and evaluation leave no tensor behind, from epoch to epoch', async () => {
  const counts: number[] = [];
  await fit({
    ...tinyTraining({ epochs: 8 }),
    consumers: [(event) => void (event.type === 'epochEnded' && counts.push(liveTensorCount()))],
  });
  const [, second = NaN, ...later] = counts; // the first epoch makes the optimizer's buffers
  expect(Math.max(...later)).toBeLessThanOrEqual(second);
});
