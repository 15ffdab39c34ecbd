import { liveTensorCount, scope, tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { LossWatch, NumericError } from './lossWatch.ts';

const facts = { step: 1, lr: 0.1, batchSize: 2, names: () => ['a.png', 'b.png'] };

/** As a step computes it: in a scope within the step's. */
function observeInStep(watch: LossWatch, loss: number, step: number): void {
  scope(() => scope(() => watch.observe(tensor(loss), { ...facts, step })));
}

test('losses that are read together outlive the steps that computed them', () => {
  const before = liveTensorCount();
  const watch = new LossWatch(3);
  for (let step = 1; step <= 6; step++) observeInStep(watch, 0.5, step);
  observeInStep(watch, 0.5, 7);
  watch.check();
  expect(liveTensorCount()).toBe(before);
});

test('the first bad one of them is named', () => {
  const watch = new LossWatch(3);
  observeInStep(watch, 0.5, 1);
  observeInStep(watch, Infinity, 2);
  expect(() => observeInStep(watch, NaN, 3)).toThrow(NumericError);
  observeInStep(watch, NaN, 4);
  expect(() => watch.check()).toThrow('step 4: expected the loss to be finite, got NaN');
});
