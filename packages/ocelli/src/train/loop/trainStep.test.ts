import { expect, test } from 'vitest';
import type { Tensor } from '@ocelli/torch';
import { tinyTraining } from '../../../test/tinyTraining.ts';
import { fit } from './fit.ts';
import type { ComputeGradients, StepGraph, StepInput } from './stepGraph.ts';
import { trainStep } from './trainStep.ts';

/** Computes as a step graph does before it records; what it is asked for is counted. */
function standIn(): { graph: StepGraph; counts: number[] } {
  const counts: number[] = [];
  const gradients = (
    input: StepInput,
    parameters: readonly Tensor[],
    compute: ComputeGradients,
  ) => {
    counts.push(input.images.shape[0] ?? 0);
    for (const parameter of parameters) parameter.grad = undefined;
    return compute(input);
  };
  return { graph: { gradients } as unknown as StepGraph, counts };
}

test('every step of a fit goes through its graph, watched or not, and trains as without one', async () => {
  const plain = tinyTraining({ epochs: 1 });
  await fit(plain);
  const recorded = tinyTraining({ epochs: 1 });
  const { graph, counts } = standIn();
  await fit({ ...recorded, graph });
  expect(counts).toEqual([5, 5, 5, 5, 1]);
  const weights = recorded.model.parameters().map((one) => one.toArray());
  expect(weights).toEqual(plain.model.parameters().map((one) => one.toArray()));
  const [batch] = recorded.data.batches(1, 0);
  if (batch === undefined) throw new Error('no batch');
  trainStep(batch, { ...recorded, graph });
  expect(counts).toHaveLength(6);
});

test('a graph holds whole batches alone', () => {
  const training = tinyTraining();
  const [batch] = training.data.batches(1, 0);
  if (batch === undefined) throw new Error('no batch');
  const { graph } = standIn();
  expect(() => trainStep(batch, { ...training, graph, accumulation: 2 })).toThrow(
    'trainStep: expected accumulation to be 1 with a graph, got 2.',
  );
});
