import { cudaIsAvailable, manualSeed, randn, SGD, tensor, type Tensor } from '@ocelli/torch';
import { describe, expect, it } from 'vitest';
import {
  Airbench,
  classificationLoss,
  setLearningRate,
  StepGraph,
  trainStep,
} from '../src/index.ts';

// A step by a CUDA graph against the same step operator by operator.

const missing = !cudaIsAvailable();
if (missing) process.stdout.write('cudaStepGraph.test.ts is skipped: no CUDA device.\n');

const device = 'cuda';

interface Trial {
  readonly losses: number[];
  readonly weights: Tensor;
}

/** Twelve steps: the sixth with fewer pictures, a block frozen before the eighth. */
function trained(graph: StepGraph | undefined): Trial {
  manualSeed(4);
  const model = new Airbench({ numClasses: 3, widths: [8, 8, 8] });
  model.freeze('whitening').to({ device, memoryFormat: 'channelsLast' });
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  const loss = classificationLoss({ reduction: 'mean' });
  const losses: number[] = [];
  for (let step = 0; step < 12; step++) {
    const count = step === 5 ? 4 : 6;
    const images = randn([count, 3, 16, 16]).to({ device });
    const labels = tensor([0, 1, 2, 0, 1, 2].slice(0, count), { dtype: 'int64' }).to({ device });
    if (step === 7) model.freeze('block1');
    setLearningRate(optimizer, 0.01 / (step + 1));
    const batch = { images, labels, indices: new Int32Array(count) };
    trainStep(batch, { model, optimizer, loss, ...(graph && { graph }) }, (outcome) => {
      losses.push(outcome.loss.item());
    });
  }
  return { losses, weights: model.linear.weight.detach().to({ device: 'cpu' }) };
}

describe.skipIf(missing)('on a CUDA device', () => {
  it('a recorded step follows batches, rates and freezing like one that is not', () => {
    const plain = trained(undefined);
    const graph = new StepGraph(device);
    const recorded = trained(graph);
    graph.dispose();
    for (const [step, loss] of recorded.losses.entries()) {
      expect(loss).toBeCloseTo(plain.losses[step] as number, 2);
    }
    expect(recorded.weights.sub(plain.weights).abs().max().item()).toBeLessThan(1e-3);
  });
});
