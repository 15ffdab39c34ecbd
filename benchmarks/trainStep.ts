// Pictures per second of whole training steps, beside stock PyTorch in the same minutes.
import { getNumThreads } from '@ocelli/torch';
import { disposeBatch, setLearningRate, trainStep } from 'ocelli';
import { type Benchmark, type BenchmarkOptions, type Figure, median } from './benchmark.ts';
import { type Peer, startPeer } from './peer.ts';
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

const warmUp = 2;

async function measure(options: BenchmarkOptions, contest: StepContest): Promise<Figure> {
  const { batchSize = contest.batchSize, quick, note, data } = options;
  const { model, size, peer: command } = contest;
  const rounds = warmUp + (quick ? 2 : 7);
  const pictures = batchSize * rounds;
  const training = await networkTraining({
    model,
    size,
    batchSize,
    pictures,
    ...(data !== undefined && { data }),
  });
  const peer = await startPeer(...command, String(batchSize), String(getNumThreads()));
  if (peer === undefined) note('no python3 with torch here, so there is no peer');
  const seconds = await interleave(training, peer).finally(() => peer?.close());
  const rate = (times: readonly number[]): number => batchSize / median(times.slice(warmUp));
  const peers = Object.entries(seconds.peer).map(([layout, times]) => ({
    layout,
    value: rate(times),
  }));
  for (const { layout, value } of peers) note(`peer, ${layout}: ${value.toFixed(1)} images/s`);
  const best = peers.toSorted((a, b) => b.value - a.value)[0];
  return {
    value: rate(seconds.own),
    unit: 'images/s',
    better: 'higher',
    ...(peer &&
      best && { peer: { name: `PyTorch ${peer.version} (${best.layout})`, value: best.value } }),
  };
}

interface StepSeconds {
  readonly own: number[];
  readonly peer: Record<string, number[]>;
}

/** One step of each in turn, so that whatever else the machine does disturbs all alike. */
async function interleave(training: Training, peer: Peer | undefined): Promise<StepSeconds> {
  const seconds: StepSeconds = { own: [], peer: {} };
  const batches = training.data.batches(1, 0)[Symbol.iterator]();
  for (;;) {
    const own = ownStep(training, batches);
    if (own === undefined) return seconds;
    seconds.own.push(own);
    for (const layout of peer ? ['contiguous', 'channels_last'] : []) {
      (seconds.peer[layout] ??= []).push(Number(await peer?.ask(layout)));
    }
  }
}

type Batches =
  ReturnType<Training['data']['batches']> extends Iterable<infer B> ? Iterator<B> : never;

/** @returns seconds, or nothing at the end of the epoch. */
function ownStep(training: Training, batches: Batches): number | undefined {
  const start = performance.now();
  const next = batches.next();
  if (next.done === true) return undefined;
  setLearningRate(training.optimizer, 0.1 / training.data.batchSize);
  trainStep(next.value, training);
  disposeBatch(next.value);
  return (performance.now() - start) / 1000;
}
