// Training of the airbench network by Muon, as published (GELU), beside stock PyTorch.
import { crossEntropy, getNumThreads, Muon, randint, scope, SGD } from '@ocelli/torch';
import {
  Airbench,
  alternatingBatches,
  type Batch,
  CIFAR10_CONSTANTS,
  disposeBatch,
  ImageDataset,
  normalize,
  type TrainingData,
} from 'ocelli';
import { type Benchmark, type BenchmarkOptions, type Figure, secondsOf } from './benchmark.ts';
import { rateInTurns } from './inTurns.ts';
import { startPeers } from './peer.ts';

export const muon: Benchmark = {
  name: 'muon',
  measures:
    'training of the airbench network by Muon at 32 px: augmentation of the epoch to optimizers',
  run: measure,
};

async function measure({ batchSize = 500, quick, note }: BenchmarkOptions): Promise<Figure> {
  const peers = await startPeers('muon.py', String(batchSize), String(getNumThreads()));
  if (peers.length === 0) note('no Python with torch here, so there is no peer');
  const own = ownSteps(epochOfNoise(batchSize));
  try {
    return await rateInTurns({ own, peers, rounds: quick ? 1 : 7, pictures: batchSize, note });
  } finally {
    for (const peer of peers) peer.close();
  }
}

/** As many pictures as CIFAR-10 has, which take as long as its own. */
function epochOfNoise(batchSize: number): TrainingData {
  const pixels = randint({ high: 256, shape: [50_000, 32, 32, 3], dtype: 'uint8' });
  const classes = Array.from({ length: 10 }, (_, label) => String(label));
  const labels = Int32Array.from({ length: 50_000 }, (_, index) => index % 10);
  const noise = new ImageDataset({ pixels, labels, classes, nameOf: (row) => `noise ${row}` });
  const { mean, std } = CIFAR10_CONSTANTS;
  const transforms = [normalize({ mean, std })];
  return alternatingBatches(noise, { batchSize, seed: 0, translate: 2, transforms });
}

/** Makes a step, and gives its seconds and its share of what the whole epoch took to prepare. */
function ownSteps(data: TrainingData): () => number {
  const train = trainer();
  const batches = data.batches(1, 0)[Symbol.iterator]();
  let batch: Batch | undefined;
  const next = (): void => {
    batch = batches.next().value ?? undefined;
  };
  const preparation = secondsOf(next) / data.stepsPerEpoch;
  return () => {
    const first = batch;
    if (first === undefined) throw new Error('internal: the epoch is over');
    const seconds = secondsOf(() => {
      train(first);
      next();
    });
    return seconds + preparation;
  };
}

/** The recipe's step with the peer's activation, its learning rates those of the middle of a run. */
function trainer(): (batch: Batch) => void {
  const model = new Airbench({
    numClasses: 10,
    activation: 'gelu',
    headStd: 1,
    logitScale: 1 / 256,
  });
  model.freeze('whitening').to({ memoryFormat: 'channelsLast' });
  const others = model.parameters().filter(({ dim, requiresGrad }) => dim < 4 && requiresGrad);
  const optimizers = [
    new SGD(others, { lr: 0.02, momentum: 0.85, nesterov: true, weightDecay: 0.02 }),
    new Muon(model.filters, { lr: 0.06, momentum: 0.8, nsSteps: 3, normalizeFilters: true }),
  ];
  return (batch) => {
    scope(() => {
      for (const optimizer of optimizers) optimizer.zeroGrad();
      const logits = model.forward(batch.images);
      crossEntropy(logits, batch.labels, { reduction: 'sum', labelSmoothing: 0.2 }).backward();
      for (const optimizer of optimizers) optimizer.step();
    });
    disposeBatch(batch);
  };
}
