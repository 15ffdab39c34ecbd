// Pictures per second of an evaluation of DavidNet, beside stock PyTorch.
import { getNumThreads, randint } from '@ocelli/torch';
import {
  CIFAR10_CONSTANTS,
  DavidNet,
  evaluate,
  ImageDataset,
  normalize,
  orderedBatches,
} from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { rateInTurns } from './inTurns.ts';
import { startPeers } from './peer.ts';

export const evalDavidnet: Benchmark = {
  name: 'eval-davidnet',
  measures: 'evaluation of DavidNet at 32 px: input, forward, loss and accuracy',
  run: measure,
};

async function measure({ batchSize = 500, quick, note }: BenchmarkOptions): Promise<Figure> {
  const peers = await startPeers('davidnet.py', String(batchSize), String(getNumThreads()));
  if (peers.length === 0) note('no Python with torch here, so there is no peer');
  const own = ownEvaluation(batchSize);
  const turns = { own, peers, task: 'evaluate', rounds: quick ? 1 : 7, pictures: batchSize, note };
  return rateInTurns(turns).finally(() => {
    for (const peer of peers) peer.close();
  });
}

/** Evaluates one batch of noise through `evaluate`, and gives its seconds. */
function ownEvaluation(batchSize: number): () => Promise<number> {
  const pixels = randint({ high: 256, shape: [batchSize, 32, 32, 3], dtype: 'uint8' });
  const labels = new Int32Array(batchSize);
  const classes = Array.from({ length: 10 }, (_, label) => String(label));
  const noise = new ImageDataset({ pixels, labels, classes, nameOf: (row) => `noise ${row}` });
  const { mean, std } = CIFAR10_CONSTANTS;
  const data = orderedBatches(noise, { batchSize, transforms: [normalize({ mean, std })] });
  const model = new DavidNet({ numClasses: 10 }).to({ memoryFormat: 'channelsLast' });
  return async () => {
    const start = performance.now();
    await evaluate(model, data);
    return (performance.now() - start) / 1000;
  };
}
