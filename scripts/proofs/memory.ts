import { liveTensorCount, ones, randint, randn, scope, SGD } from '@ocelli/torch';
import { classificationLoss, DavidNet, disposeBatch, trainStep } from 'ocelli';
import type { Proof } from './proof.ts';

const [settled, steps] = [20, 200];
const batchSize = 32;
const allowedMB = 32;

export const memory: Proof = {
  name: 'memory',
  claim: `Training DavidNet from step ${settled} to step ${steps} leaves no tensor behind and memory flat.`,
  run: () => {
    const { step, weightSum } = trainer();
    const start = weightSum();
    for (let index = 0; index < settled; index++) step();
    const [tensors, bytes] = [liveTensorCount(), process.memoryUsage.rss()];
    for (let index = settled; index < steps; index++) step();
    const moreTensors = liveTensorCount() - tensors;
    const moreMB = (process.memoryUsage.rss() - bytes) / 1e6;
    // Steps that train nothing, and a count that stands still, would leave nothing behind as well.
    const isTrained = weightSum() !== start;
    const one = ones([1]);
    const isCounted = liveTensorCount() === tensors + moreTensors + 1;
    one.dispose();
    const figure =
      `${moreTensors} more live tensors, memory changed by ${moreMB.toFixed(1)} MB (at most ${allowedMB}) ` +
      `from ${(bytes / 1e6).toFixed(0)} MB at batch ${batchSize}`;
    return { held: isTrained && isCounted && moreTensors === 0 && moreMB <= allowedMB, figure };
  },
};

function trainer(): { readonly step: () => void; readonly weightSum: () => number } {
  const model = new DavidNet({ numClasses: 10 }).to({ memoryFormat: 'channelsLast' });
  const parts = {
    model,
    optimizer: new SGD(model.parameters(), { lr: 1e-4, momentum: 0.9, nesterov: true }),
    loss: classificationLoss({ reduction: 'sum' }),
  };
  const indices = Int32Array.from({ length: batchSize }, (_, index) => index);
  const step = (): void => {
    const images = randn([batchSize, 3, 32, 32]);
    const labels = randint({ high: 10, shape: [batchSize] });
    trainStep({ images, labels, indices }, parts);
    disposeBatch({ images, labels, indices });
  };
  const weightSum = (): number =>
    scope(() => model.parameters().reduce((sum, one) => sum + one.detach().sum().item(), 0));
  return { step, weightSum };
}
