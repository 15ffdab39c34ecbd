// What eight towers cost in a training step of the network they stand on.
import { noGrad, randint, randn, scope, SGD } from '@ocelli/torch';
import {
  attributeLoss,
  type Batch,
  denseNet,
  denseTower,
  headSizes,
  MultiHead,
  personSchema,
  type PictureModel,
  trainStep,
} from 'ocelli';
import { type Benchmark, type BenchmarkOptions, type Figure, median } from './benchmark.ts';

export const headShare: Benchmark = {
  name: 'head-share',
  measures: 'share of eight towers in a training step of DenseNet-121 at 100 px; the goal is 5 %',
  run: measure,
};

const size = 100;
const warmUp = 2;

function measure({ quick, note, batchSize = 32 }: BenchmarkOptions): Figure {
  const heads = headSizes(personSchema);
  const model = new MultiHead({ heads, trunk: denseNet(121), tower: denseTower() });
  model.to({ memoryFormat: 'channelsLast' });
  const images = randn([batchSize, 3, size, size]).to({ memoryFormat: 'channelsLast' });
  const labels = randint({ high: 2, shape: [batchSize, Object.keys(heads).length] });
  const batch = { images, labels, indices: new Int32Array(batchSize) };
  const features = noGrad(() =>
    scope(() => model.pool.forward(model.trunk.forward(images)).keep()),
  );
  const towersAlone = { ...batch, images: features };
  const rounds = warmUp + (quick ? 3 : 15);

  const whole = stepOf(model, batch, rounds);
  const together = stepOf(model.heads, towersAlone, rounds);
  // A hook wants to see one of them by itself, so each is computed by itself.
  const hook = model.heads.registerForwardHook(() => undefined);
  for (const tower of model.heads.children.values()) tower.registerForwardHook(() => undefined);
  const apart = stepOf(model.heads, towersAlone, rounds);
  hook.remove();
  note(
    `a step takes ${milliseconds(whole)}, of which the towers ${milliseconds(together)} as one batched ` +
      `product and ${milliseconds(apart)} one by one; loss and update included`,
  );
  return { value: (100 * together) / whole, unit: '% of a step', better: 'lower' };
}

/** Median seconds of a whole step: forward, losses of all attributes, backward, update. */
function stepOf(model: PictureModel, batch: Batch, rounds: number): number {
  const optimizer = new SGD(model.parameters(), { lr: 1e-4, momentum: 0.9 });
  const attributes = Object.fromEntries(Object.keys(personSchema).map((name) => [name, {}]));
  const loss = attributeLoss({ attributes });
  const seconds = Array.from({ length: rounds }, () => {
    const start = performance.now();
    trainStep(batch, { model, optimizer, loss });
    return (performance.now() - start) / 1000;
  });
  return median(seconds.slice(warmUp));
}

function milliseconds(seconds: number): string {
  return `${(1000 * seconds).toFixed(1)} ms`;
}
