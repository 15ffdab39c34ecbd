import { Conv2d, Flatten, Linear, ReLU, Sequential } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { summarize } from './summarize.ts';
import { largestBatch, memoryOf, trainingMemory } from './trainingMemory.ts';

// By hand: 3×4×4 in, 2×4×4 twice, flat 32, 5 out; (27·2+2) + (32·5+5) = 221 weights.
const model = new Sequential({
  conv: new Conv2d(3, 2, 3, { padding: 1 }),
  act: new ReLU(),
  flat: new Flatten(),
  fc: new Linear(32, 5),
});
const summary = summarize(model, [3, 4, 4]);

test('a step keeps weights, gradients, what the optimizer remembers, and every output', () => {
  const activations = 4 * (48 + 32 + 32 + 32 + 5);
  expect(trainingMemory(summary, 2)).toEqual({
    weights: 884,
    gradients: 884,
    optimizer: 1768,
    activationsPerPicture: activations,
  });
  expect(memoryOf(trainingMemory(summary, 1), 10)).toBe(3 * 884 + 10 * activations);
});

test('what is frozen has neither gradients nor anything to remember', () => {
  const frozen = trainingMemory(summarize(model.freeze('fc'), [3, 4, 4]), 1);
  model.unfreeze();
  expect(frozen).toMatchObject({ weights: 884, gradients: 224, optimizer: 224 });
});

test('the largest batch is the last that fits', () => {
  const memory = trainingMemory(summary, 1);
  expect(largestBatch(memory, memoryOf(memory, 7))).toBe(7);
  expect(largestBatch(memory, memoryOf(memory, 7) - 1)).toBe(6);
  expect(largestBatch(memory, 100)).toBe(0);
});
