import { randn, scope, SGD, Tensor, zeros } from '@ocelli/torch';
import type { PictureShape } from '../../models/trace.ts';
import type { Outputs, PictureModel } from '../loss/headBatches.ts';
import { classificationLoss } from '../loss/loss.ts';
import { trainStep } from './trainStep.ts';

/** How long training steps took. */
export interface StepTrial {
  readonly batch: number;
  readonly steps: number;
  /** The median of the steps, the first two left out, in seconds. */
  readonly secondsPerStep: number;
}

/** Steps that only prepare: memory is reserved, kernels are chosen. */
const warmUp = 2;

/**
 * Times a few training steps of a model on pictures of noise, with SGD, where the model is. Its weights
 * change.
 *
 * @param steps at least 3. @default 10
 */
export function tryTraining(
  model: PictureModel,
  input: PictureShape,
  { batch, steps = 10 }: { readonly batch: number; readonly steps?: number },
): StepTrial {
  const optimizer = new SGD(model.parameters(), { lr: 1e-4, momentum: 0.9 });
  const loss = classificationLoss({ reduction: 'mean' });
  const device = model.parameters()[0]?.device ?? 'cpu';
  model.train();
  return scope(() => {
    const images = randn([batch, ...input], { device });
    const labels = labelsFor(model.forward(images), batch).to({ device });
    const data = { images, labels, indices: Array.from({ length: batch }, (_, index) => index) };
    const seconds = Array.from({ length: steps }, () => {
      const start = performance.now();
      trainStep(data, { model, optimizer, loss });
      // Reading a number waits for a device that works on its own.
      model.parameters()[0]?.flatten().narrow(0, 0, 1).item();
      return (performance.now() - start) / 1000;
    });
    const sorted = seconds.slice(warmUp).sort((a, b) => a - b);
    return { batch, steps, secondsPerStep: sorted[Math.floor(sorted.length / 2)] ?? NaN };
  });
}

/** One column a head, as batches have them. */
function labelsFor(outputs: Outputs, batch: number): Tensor {
  const heads = outputs instanceof Tensor ? [] : [Object.keys(outputs).length];
  return zeros([batch, ...heads], { dtype: 'int64' });
}
