// What the full policy costs beside a training step of ResNet-18 on the batch that it makes.
import { Generator, randint, scope, SGD } from '@ocelli/torch';
import { classificationLoss, compose, createModel, createTransforms, trainStep } from 'ocelli';
import { fullPolicy, noiseBytes } from './augment.ts';
import { type Benchmark, type BenchmarkOptions, type Figure, median } from './benchmark.ts';

export const augmentShare: Benchmark = {
  name: 'augment-share',
  measures:
    'the full policy on 64 pictures at 100 px as a share of a training step of ResNet-18 on them; the goal is 10 %',
  run: measure,
};

const size = 100;
const numClasses = 10;
const warmUp = 2;

/** In turns, so that whatever else the machine does disturbs both alike. */
function measure({ quick, note, batchSize = 64 }: BenchmarkOptions): Figure {
  const model = createModel('resnet18', { numClasses }).to({ memoryFormat: 'channelsLast' });
  const optimizer = new SGD(model.parameters(), { lr: 1e-4, momentum: 0.9 });
  const parts = { model, optimizer, loss: classificationLoss({ reduction: 'mean' }) };
  const transform = compose(createTransforms(fullPolicy));
  const bytes = noiseBytes(batchSize, size);
  const labels = randint({ high: numClasses, shape: [batchSize] });
  const generator = new Generator({ seed: 0 });
  const [policy, step]: [number[], number[]] = [[], []];
  for (let round = 0; round < warmUp + (quick ? 2 : 9); round++) {
    const begun = performance.now();
    const images = scope(() => transform.apply(bytes, { generator }));
    const made = performance.now();
    trainStep({ images, labels, indices: new Int32Array(batchSize) }, parts);
    policy.push(made - begun);
    step.push(performance.now() - made);
    images.dispose();
  }
  const [policyMs, stepMs] = [median(policy.slice(warmUp)), median(step.slice(warmUp))];
  note(`${policyMs.toFixed(1)} ms through the full policy, ${stepMs.toFixed(1)} ms a step`);
  return { value: (100 * policyMs) / stepMs, unit: '% of a step', better: 'lower' };
}
