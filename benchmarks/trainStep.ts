// Pictures per second of whole training steps, beside stock PyTorch in the same minutes.
import { getNumThreads } from '@ocelli/torch';
import { disposeBatch, setLearningRate, trainStep } from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { rateInTurns, warmUp } from './inTurns.ts';
import { startPeers } from './peer.ts';
import { type NetworkOptions, networkTraining, type Training } from './training.ts';

/** A network, and the script that trains the same in stock PyTorch. */
export interface StepContest extends NetworkOptions {
  /** Pictures a step, unless the command line says otherwise. */
  readonly batchSize: number;
  /** A script of `peers`, and words before the batch size and the number of threads. */
  readonly peer: readonly [script: string, ...words: string[]];
}

/** A benchmark of whole steps: data order, augmentation, forward, backward, optimizer. */
export function trainStepBenchmark(name: string, contest: StepContest): Benchmark {
  const { model, size } = contest;
  const measures = `training of ${model} at ${size} px: data order to optimizer, beside PyTorch`;
  return { name, measures, run: (options) => measure(options, contest) };
}

async function measure(options: BenchmarkOptions, contest: StepContest): Promise<Figure> {
  const { batchSize = contest.batchSize, quick, note, data } = options;
  const { model, size, peer: command } = contest;
  const rounds = quick ? 2 : 7;
  const pictures = batchSize * (warmUp + rounds);
  const given = data !== undefined && { data };
  const training = await networkTraining({ model, size, batchSize, pictures, ...given });
  const peers = await startPeers(...command, String(batchSize), String(getNumThreads()));
  if (peers.length === 0) note('no Python with what the peer imports here, so there is no peer');
  const own = ownSteps(training);
  return rateInTurns({ own, peers, rounds, pictures: batchSize, note }).finally(() => {
    for (const peer of peers) peer.close();
  });
}

/** Makes the next step of the epoch, and gives its seconds. */
function ownSteps(training: Training): () => number {
  const batches = training.data.batches(1, 0)[Symbol.iterator]();
  return () => {
    const start = performance.now();
    const next = batches.next();
    if (next.done === true) throw new Error('internal: the epoch is over');
    setLearningRate(training.optimizer, 0.1 / training.data.batchSize);
    trainStep(next.value, training);
    disposeBatch(next.value);
    return (performance.now() - start) / 1000;
  };
}
