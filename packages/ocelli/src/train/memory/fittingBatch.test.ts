import { expect, test } from 'vitest';
import { resolveExperiment } from '../experiment/experiment.ts';
import { fittingBatch, stepMemory } from './fittingBatch.ts';

/** 1,000 bytes that are always needed, and 100 a picture. */
const memory = { weights: 400, gradients: 300, optimizer: 300, activationsPerPicture: 100 };

test.each([
  // 1,000 + 100 · size is to be at most 80 % of what is free.
  [64, 9250, 64, 7400],
  [64, 9249, 32, 4200],
  [64, 2000, 4, 1400],
  [50, 4000, 12, 2200], // 50, 25, 12
])('of %i pictures with %i bytes free %i stay', (batchSize, free, expected, needed) => {
  const batch = { batchSize, gradientAccumulation: 1 };
  expect(fittingBatch(batch, memory, free)).toEqual({ batchSize: expected, needed });
});

test('pictures that go through the model in four parts need the memory of one part', () => {
  const batch = { batchSize: 64, gradientAccumulation: 4 };
  expect(fittingBatch(batch, memory, 3250)).toEqual({ batchSize: 64, needed: 2600 });
});

test('where not even one picture fits, that is said in one sentence', () => {
  const batch = { batchSize: 64, gradientAccumulation: 1 };
  const large = { ...memory, activationsPerPicture: 5e9 };
  expect(() => fittingBatch(batch, large, 2e9)).toThrow(
    'autoBatch: expected memory for a step with one picture (5000 MB), got 2000 MB free. ' +
      'Use smaller pictures or a smaller model.',
  );
});

test('optimizer and averages count: SGD keeps one number a weight, Adam two, an average one more', () => {
  const subject = { heads: [{ classes: ['a', 'b'] }], shape: [3, 16, 16] } as const;
  const of = (settings: object) =>
    stepMemory(resolveExperiment({ model: 'resnet20', ...settings }), subject);
  const plain = of({ momentum: 0 });
  expect(plain.optimizer).toBe(0);
  expect(of({}).optimizer).toBe(plain.gradients);
  expect(of({ schedule: 'oneCycle' }).optimizer).toBe(plain.gradients);
  expect(of({ optimizer: 'adam' }).optimizer).toBe(2 * plain.gradients);
  expect(of({ emaDecay: 0.9 }).weights).toBe(2 * plain.weights);
  expect(of({ lookaheadSteps: 5 }).weights).toBe(2 * plain.weights);
});
