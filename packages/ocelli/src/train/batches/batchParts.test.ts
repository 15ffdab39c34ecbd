import { expect, test } from 'vitest';
import type { AnyModule, Tensor } from '@ocelli/torch';
import { tinyModel, tinyTraining } from '../../../test/tinyTraining.ts';
import type { BatchOutcome } from '../../metrics/batchOutcome.ts';
import { fit, type FitOptions } from '../loop/fit.ts';
import { classificationLoss } from '../loss/loss.ts';
import { trainStep } from '../loop/trainStep.ts';

/** Without dropout, whose draws depend on how many pictures go through at once. */
function plainModel(): AnyModule {
  const model = tinyModel();
  const dropout = model.child('3');
  dropout.forward = ((input: unknown) => input) as typeof dropout.forward;
  return model;
}

const weightsOf = (model: AnyModule): number[] =>
  model.parameters().flatMap((one) => (one.reshape([-1]) as Tensor).toArray() as number[]);

async function trained(reduction: 'sum' | 'mean', changes: Partial<FitOptions> = {}) {
  const seen: number[] = [];
  const model = plainModel();
  const forward = model.forward.bind(model) as (images: Tensor) => Tensor;
  model.forward = ((images: Tensor) => {
    if (model.training) seen.push(images.shape[0] ?? 0);
    return forward(images);
  }) as typeof model.forward;
  const loss = classificationLoss({ reduction });
  const training = tinyTraining({ model: model as ReturnType<typeof tinyModel>, loss, epochs: 1 });
  await fit({ ...training, ...changes });
  return { weights: weightsOf(model), seen };
}

test.each(['sum', 'mean'] as const)(
  'with a loss that is a %s, parts one after another make the step of the whole batch',
  async (reduction) => {
    const whole = await trained(reduction);
    const parts = await trained(reduction, { accumulation: 2 });
    expect(whole.seen).toEqual([5, 5, 5, 5, 1]);
    expect(parts.seen).toEqual([3, 2, 3, 2, 3, 2, 3, 2, 1]);
    expect(whole.weights).not.toEqual(weightsOf(plainModel()));
    for (const [index, weight] of parts.weights.entries()) {
      expect(weight).toBeCloseTo(whole.weights[index] ?? NaN, 5);
    }
  },
);

test('the figures of an epoch count every picture once, whatever the parts', async () => {
  const counts: number[] = [];
  const consumers = [
    (event: { type: string; train?: { count: number } }) =>
      void (event.type === 'epochEnded' && counts.push(event.train?.count ?? 0)),
  ];
  await trained('sum', { accumulation: 4, consumers });
  expect(counts).toEqual([21]);
});

test('gradients that replace one another cannot be added up', () => {
  const training = tinyTraining();
  const [batch] = training.data.batches(1, 0);
  if (batch === undefined) throw new Error('no batch');
  const gradients = ({ loss }: BatchOutcome): void => loss.backward();
  expect(() => trainStep(batch, { ...training, gradients, accumulation: 2 })).toThrow(
    'trainStep: expected gradients to be joint with accumulation, which adds them up',
  );
  expect(() => trainStep(batch, { ...training, accumulation: 1.5 })).toThrow(
    'trainStep: expected accumulation to be a positive integer, got 1.5.',
  );
});

test('in bfloat16 a step is another one, and nearly the same', async () => {
  const exact = await trained('mean');
  const rough = await trained('mean', { precision: 'bfloat16' });
  expect(rough.weights).not.toEqual(exact.weights);
  const furthest = rough.weights.map((weight, index) =>
    Math.abs(weight - (exact.weights[index] ?? NaN)),
  );
  expect(Math.max(...furthest)).toBeLessThan(0.02);
});
