import { Conv2d, Flatten, Linear, ReLU, Sequential } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { DenseBlock } from './denseBlock.ts';
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
  const activations = 2 * 4 * (48 + 32 + 32 + 32 + 5);
  expect(trainingMemory(summary, { statesPerWeight: 2 })).toEqual({
    weights: 884,
    gradients: 884,
    optimizer: 1768,
    activationsPerPicture: activations,
  });
  expect(memoryOf(trainingMemory(summary, { statesPerWeight: 1 }), 10)).toBe(
    3 * 884 + 10 * activations,
  );
});

test('what is frozen has neither gradients nor anything to remember', () => {
  const frozen = trainingMemory(summarize(model.freeze('fc'), [3, 4, 4]), { statesPerWeight: 1 });
  model.unfreeze();
  expect(frozen).toMatchObject({ weights: 884, gradients: 224, optimizer: 224 });
});

test('on the CPU a dense block keeps none of its normalized values', () => {
  const block = summarize(new DenseBlock(8, { layers: 1, growthRate: 2 }), [8, 4, 4]);
  const of = (device: string) => trainingMemory(block, { statesPerWeight: 1, device });
  // In 8, norm 8, 1×1 to 8, norm 8, 3×3 to 2 channels of 4×4.
  expect(of('cuda').activationsPerPicture).toBe(2 * 4 * 16 * (8 + 8 + 8 + 8 + 2));
  expect(of('cpu').activationsPerPicture).toBe(2 * 4 * 16 * (8 + 8 + 2));
});

test('the largest batch is the last that fits', () => {
  const memory = trainingMemory(summary, { statesPerWeight: 1 });
  expect(largestBatch(memory, memoryOf(memory, 7))).toBe(7);
  expect(largestBatch(memory, memoryOf(memory, 7) - 1)).toBe(6);
  expect(largestBatch(memory, 100)).toBe(0);
});
