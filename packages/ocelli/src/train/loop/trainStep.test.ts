import { describe, expect, test } from 'vitest';
import { cat, Flatten, Linear, noGrad, Sequential, SGD, tensor, type Tensor } from '@ocelli/torch';
import { tinyTraining } from '../../../test/tinyTraining.ts';
import { classificationLoss } from '../loss/loss.ts';
import { fit } from './fit.ts';
import type { ComputeGradients, StepGraph, StepInput } from './stepGraph.ts';
import { type StepParts, trainStep } from './trainStep.ts';

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

describe('of a layer that knows nothing, by hand:', () => {
  const picture = tensor([[[[2, 1], [1, 1]]]]); // prettier-ignore
  const batch = {
    images: cat([picture, picture]),
    labels: tensor([0, 0], { dtype: 'int64' }),
    indices: [0, 1],
  };

  /** Weights for the first class, and both biases, after a step of rate 1 from zeros. */
  function stepped(changes: Partial<StepParts>): readonly number[][] {
    const layer = new Linear(4, 2);
    const [weight, bias] = layer.parameters();
    if (weight === undefined || bias === undefined) throw new Error('internal: two parameters');
    noGrad(() => [weight, bias].map((one) => one.zero_()));
    const optimizer = new SGD([{ params: [weight] }, { params: [bias] }], { lr: 1 });
    const loss = classificationLoss({ reduction: 'mean' });
    trainStep(batch, { model: new Sequential(new Flatten(), layer), optimizer, loss, ...changes });
    return [weight.select(0, 0), bias].map((one) => one.toArray() as number[]);
  }

  const close = (...rows: number[][]) =>
    rows.map((row) => row.map((value) => expect.closeTo(value, 5) as number));

  // Both classes are as likely, so the logits have gradients -1/2 and 1/2: the first class's weights minus
  // half the picture, the second's plus half of it. The norm is √(2 · (1 + 3/4) + 2/4) = 2 over both groups.
  const free = close([1, 0.5, 0.5, 0.5], [0.5, -0.5]);

  test('without a clip, or with one that is longer, a step is the gradient', () => {
    expect(stepped({})).toEqual(free);
    expect(stepped({ gradientClip: 2.1 })).toEqual(free);
  });

  test.each([1, 2])('a clip of half the norm halves it, also of pictures in %i parts', (parts) => {
    const clipped = close([0.5, 0.25, 0.25, 0.25], [0.25, -0.25]);
    expect(stepped({ gradientClip: 1, accumulation: parts })).toEqual(clipped);
  });
});
