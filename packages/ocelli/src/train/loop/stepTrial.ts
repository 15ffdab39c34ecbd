import { noGrad, randn, scope, SGD, Tensor, zeros } from '@ocelli/torch';
import type { PictureShape } from '../../models/trace.ts';
import type { PictureModel } from '../loss/headBatches.ts';
import { classificationLoss } from '../loss/loss.ts';
import { withPeakGrowth } from './peakGrowth.ts';
import { trainStep } from './trainStep.ts';

/** How long training steps took. */
export interface StepTrial {
  readonly batch: number;
  readonly steps: number;
  /** The median of the steps, the first two left out, in seconds. */
  readonly secondsPerStep: number;
  /** By how much the process grew at most, see `withPeakGrowth`: all but the weights. */
  readonly bytes?: number;
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
  const { result, bytes } = withPeakGrowth(() =>
    scope(() => {
      const images = randn([batch, ...input], { device }).to({ memoryFormat: 'channelsLast' });
      const labels = labelsFor(model.eval(), images).to({ device });
      model.train();
      const data = { images, labels, indices: Array.from({ length: batch }, (_, index) => index) };
      return Array.from({ length: steps }, () => {
        const start = performance.now();
        trainStep(data, { model, optimizer, loss });
        // Reading a number waits for a device that works on its own.
        model.parameters()[0]?.flatten().narrow(0, 0, 1).item();
        return (performance.now() - start) / 1000;
      });
    }),
  );
  const sorted = result.slice(warmUp).sort((a, b) => a - b);
  const secondsPerStep = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  return { batch, steps, secondsPerStep, ...(bytes !== undefined && { bytes }) };
}

/** One column a head, as batches have them. */
function labelsFor(model: PictureModel, images: Tensor): Tensor {
  const [batch = 0] = images.shape;
  return scope(() => {
    const outputs = noGrad(() => model.forward(images.narrow(0, 0, 1)));
    const heads = outputs instanceof Tensor ? [] : [Object.keys(outputs).length];
    return zeros([batch, ...heads], { dtype: 'int64' });
  });
}
