// Training steps on a CUDA device beside PyTorch on the same card: bfloat16, channels_last, many steps a turn
// so that neither side waits for the device after every one.
import {
  cudaIsAvailable,
  DeviceError,
  getNumThreads,
  Muon,
  randint,
  randn,
  setCudnnBenchmark,
  SGD,
  synchronize,
} from '@ocelli/torch';
import {
  Airbench,
  classificationLoss,
  createModel,
  StepGraph,
  type StepOptimizer,
  type StepParts,
  trainStep,
} from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { rateInTurns } from './inTurns.ts';
import { startPeers } from './peer.ts';

const device = 'cuda';
const stepsATurn = 40;

interface CudaContest {
  readonly name: string;
  readonly measures: string;
  readonly batchSize: number;
  /** A script of `peers`. */
  readonly peer: string;
  readonly parts: (batchSize: number) => StepParts;
}

export const davidnetCuda = cudaBenchmark({
  name: 'davidnet-cuda',
  measures: 'steps of DavidNet on a CUDA device in bfloat16, beside PyTorch',
  batchSize: 512,
  peer: 'davidnet.py',
  parts: davidnetParts,
});

export const muonCuda = cudaBenchmark({
  name: 'muon-cuda',
  measures: 'steps of the airbench network by Muon on a CUDA device in bfloat16, beside PyTorch',
  batchSize: 2000,
  peer: 'muon.py',
  parts: muonParts,
});

function cudaBenchmark(contest: CudaContest): Benchmark {
  const { name, measures } = contest;
  return { name, measures, run: (options) => measure(options, contest) };
}

async function measure(options: BenchmarkOptions, contest: CudaContest): Promise<Figure> {
  if (!cudaIsAvailable()) {
    throw new DeviceError(`${contest.name}: expected a CUDA device, got none that libtorch finds.`);
  }
  const { batchSize = contest.batchSize, quick, note } = options;
  const words = [String(batchSize), String(getNumThreads()), device];
  const peers = await startPeers(contest.peer, ...words);
  const parts = contest.parts(batchSize);
  const common = { task: 'steps', rounds: quick ? 2 : 5, pictures: batchSize * stepsATurn };
  const rate = (own: StepParts, rivals: typeof peers, say: typeof note): Promise<Figure> =>
    rateInTurns({ ...common, own: turnOf(own, batchSize), peers: rivals, note: say });
  try {
    const plain = await rate(parts, [], () => {});
    note(`Ocelli, operator by operator: ${plain.value.toFixed(0)} images/s`);
    const graph = await rate({ ...parts, graph: new StepGraph(device) }, [], () => {});
    note(`Ocelli, a graph, cuDNN without benchmark: ${graph.value.toFixed(0)} images/s`);
    setCudnnBenchmark(true);
    return await rate({ ...parts, graph: new StepGraph(device) }, peers, note);
  } finally {
    for (const peer of peers) peer.close();
  }
}

/** Makes the steps of a turn on one batch, and gives their seconds. */
function turnOf(parts: StepParts, batchSize: number): () => number {
  const images = randn([batchSize, 3, 32, 32], { device }).contiguous({
    memoryFormat: 'channelsLast',
  });
  const labels = randint({ high: 10, shape: [batchSize], device });
  const indices = new Int32Array(batchSize);
  return () => {
    const start = performance.now();
    for (let step = 0; step < stepsATurn; step++) trainStep({ images, labels, indices }, parts);
    synchronize(device);
    return (performance.now() - start) / 1000;
  };
}

function davidnetParts(batchSize: number): StepParts {
  const model = createModel('davidnet', { numClasses: 10 });
  model.to({ device, memoryFormat: 'channelsLast' });
  const options = { lr: 0.1 / batchSize, momentum: 0.9, nesterov: true };
  const optimizer = new SGD(model.parameters(), { ...options, weightDecay: 5e-4 * batchSize });
  const loss = classificationLoss({ reduction: 'sum' });
  return { model, optimizer, loss, precision: 'bfloat16' };
}

function muonParts(): StepParts {
  const model = new Airbench({ numClasses: 10, activation: 'gelu', logitScale: 1 / 256 });
  model.freeze('whitening').to({ device, memoryFormat: 'channelsLast' });
  const others = model.parameters().filter(({ dim, requiresGrad }) => dim < 4 && requiresGrad);
  const muon = { lr: 0.2, momentum: 0.6, nsSteps: 3, normalizeFilters: true } as const;
  const optimizer = together(
    new SGD(others, { lr: 0.05, momentum: 0.85, nesterov: true, weightDecay: 0.02 }),
    new Muon(model.filters, { ...muon, nsDtype: 'bfloat16' }),
  );
  const loss = classificationLoss({ reduction: 'sum', labelSmoothing: 0.2 });
  return { model, optimizer, loss, precision: 'bfloat16' };
}

function together(...optimizers: StepOptimizer[]): StepOptimizer {
  return {
    paramGroups: optimizers.flatMap(({ paramGroups }) => paramGroups),
    zeroGrad: () => optimizers.forEach((one) => one.zeroGrad()),
    step: () => optimizers.forEach((one) => one.step()),
  };
}
