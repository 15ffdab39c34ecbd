import {
  type Device,
  getRandomState,
  noGrad,
  OptionCheck,
  scope,
  setRandomState,
  type Tensor,
} from '@ocelli/torch';
import { RunningTotals } from '../../metrics/runningTotals.ts';
import { scoresOf } from '../../metrics/scores.ts';
import type { SavableOptimizer } from '../checkpoints/checkpoint.ts';
import { eventLoopTurn } from '../evaluation/eventLoopTurn.ts';
import {
  type Batch,
  disposeBatch,
  type EvaluationData,
  type TrainingData,
} from '../batches/trainingData.ts';
import { trainUnfrozen } from '../loop/freezing.ts';
import {
  setLearningRate,
  type StepOptimizer,
  type StepParts,
  trainStep,
} from '../loop/trainStep.ts';
import type { SweepCurve } from './curve.ts';
import { SmoothedLoss } from './smoothing.ts';
import { suggest } from './suggestions.ts';
import { sweep, type SweepOptions } from './sweep.ts';
import type { SweepPoint } from './sweepPoint.ts';

/** What is swept, and with which learning rates. */
export interface FindLearningRateOptions extends SweepOptions, Omit<StepParts, 'optimizer'> {
  optimizer: StepOptimizer & SavableOptimizer;
  data: TrainingData;
  /** Factors on every learning rate tried, one for each parameter group. @default 1 for each */
  lrFactors?: readonly number[];
  /** Weight of the past in the smoothed loss, from 0 (none) to below 1. @default 0.9 */
  smoothing?: number;
  /** The sweep ends when the smoothed loss is this many times its lowest so far. @default 4 */
  divergence?: number;
  /** Held-back pictures whose loss and accuracy are measured after every step. */
  validation?: EvaluationData;
  /** Batches of them that are looked at. @default all */
  validationBatches?: number;
  /** Where the model lies. @default 'cpu' */
  device?: Device;
  /** Hears every point as it is made. */
  onPoint?: (point: SweepPoint, step: number) => void;
  /** Ends the sweep after the step in work; the curve so far is returned. */
  signal?: AbortSignal;
}

const KEYS = [
  'model',
  'optimizer',
  'loss',
  'data',
  'lrFactors',
  'gradients',
  'gradientClip',
  'accumulation',
  'precision',
  'from',
  'to',
  'steps',
  'spacing',
  'smoothing',
  'divergence',
  'validation',
  'validationBatches',
  'device',
  'onPoint',
  'signal',
] as const;

/**
 * Trains for a few steps with a learning rate that rises from hopelessly small to far too large, and
 * tells what the loss did. Works with any number of heads.
 *
 * Afterwards model, optimizer, what the loss has learned and random state are what they were, to the last
 * bit, also after an error.
 * A loss that is not finite ends the sweep. An optimizer of ours has no schedule of its own, so `lrAt`
 * has no place here and is refused.
 *
 * @throws {OptionError} if an option is unknown or outside its range.
 * @see Smith 2017, https://arxiv.org/abs/1506.01186
 */
export async function findLearningRate(options: FindLearningRateOptions): Promise<SweepCurve> {
  const check = new OptionCheck('findLearningRate');
  check.read(options, KEYS);
  const { from = 1e-6, to = 10, steps = 100, spacing = 'exponential' } = options;
  const { smoothing = 0.9, divergence = 4, validationBatches } = options;
  check.integer('steps', steps, 3);
  check.oneOf('spacing', spacing, ['exponential', 'linear']);
  if (!(smoothing >= 0 && smoothing < 1))
    throw check.error('smoothing', 'from 0 to below 1', smoothing);
  if (!(divergence > 1)) throw check.error('divergence', 'above 1', divergence);
  if (validationBatches !== undefined) check.integer('validationBatches', validationBatches, 1);
  const lrAt = sweep({ from, to, steps, spacing });
  const restore = remember(options);
  try {
    return await swept(options, { lrAt, steps, smoothing, divergence });
  } finally {
    restore();
  }
}

interface Sweeping {
  readonly lrAt: (step: number) => number;
  readonly steps: number;
  readonly smoothing: number;
  readonly divergence: number;
}

async function swept(options: FindLearningRateOptions, sweeping: Sweeping): Promise<SweepCurve> {
  const { onPoint, signal } = options;
  const { lrAt, steps, divergence } = sweeping;
  const smoothed = new SmoothedLoss(sweeping.smoothing);
  const points: SweepPoint[] = [];
  let lowest = Infinity;
  trainUnfrozen(options.model);
  for (const batch of endlessBatches(options.data)) {
    const lr = lrAt(points.length);
    const measured = { ...measureStep(batch, lr, options), ...validationFigures(options) };
    if (!Object.values(measured).every(Number.isFinite)) return curveOf(points, 'diverged');
    const point = { lr, ...measured, smoothed: smoothed.add(measured.loss) };
    points.push(point);
    onPoint?.(point, points.length);
    lowest = Math.min(lowest, point.smoothed);
    if (point.smoothed > divergence * lowest) return curveOf(points, 'diverged');
    await eventLoopTurn();
    if (points.length === steps || signal?.aborted === true) break;
  }
  return curveOf(points, 'completed');
}

function curveOf(points: readonly SweepPoint[], ended: SweepCurve['ended']): SweepCurve {
  return { points, ended, suggestions: suggest(points) };
}

/** Epoch after epoch. */
function* endlessBatches(data: TrainingData): Iterable<Batch> {
  for (let epoch = 1; ; epoch++) yield* data.batches(epoch, 0);
}

function measureStep(batch: Batch, lr: number, options: FindLearningRateOptions) {
  const { optimizer, loss, data, lrFactors, device = 'cpu' } = options;
  const totals = new RunningTotals(device);
  setLearningRate(optimizer, loss.reduction === 'sum' ? lr / data.batchSize : lr, lrFactors);
  try {
    trainStep(batch, options, (outcome) => totals.add(outcome));
    const { loss: mean, accuracy } = scoresOf(totals.read());
    return { loss: mean, accuracy };
  } finally {
    totals.dispose();
    disposeBatch(batch);
  }
}

/** Accuracy, and the loss that is trained with, on pictures held back; no weights change. */
function validationFigures(options: FindLearningRateOptions) {
  const { model, loss, validation, validationBatches = Infinity, device = 'cpu' } = options;
  if (validation === undefined) return {};
  const totals = new RunningTotals(device);
  let left = validationBatches;
  model.eval();
  try {
    for (const batch of validation.batches()) {
      const add = () => totals.add(loss.compute(model.forward(batch.images), batch.labels));
      noGrad(() => scope(add));
      disposeBatch(batch);
      if (--left <= 0) break;
    }
    const scores = scoresOf(totals.read());
    return { validationLoss: scores.loss, validationAccuracy: scores.accuracy };
  } finally {
    totals.dispose();
    trainUnfrozen(model);
  }
}

/** Copies all that a sweep changes. @returns what puts it back. */
function remember(options: FindLearningRateOptions): () => void {
  const { model, optimizer, loss, device = 'cpu' } = options;
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  const weights = copyOf(model.stateDict());
  const learned = copyOf(loss.learned?.stateDict() ?? new Map<string, Tensor>());
  const state = optimizer.stateDict();
  const tensors = copyOf(state.tensors);
  const before = { ...state, tensors };
  const random = [...new Set<Device>(['cpu', device])].map(
    (place) => [place, getRandomState(place)] as const,
  );
  return () => {
    scope(() => {
      model.loadStateDict(weights);
      loss.learned?.loadStateDict(learned);
      optimizer.loadStateDict(before);
      for (const [place, numbers] of random) setRandomState(numbers, place);
    });
    for (const copy of [weights, learned, tensors]) {
      for (const tensor of copy.values()) tensor.dispose();
    }
    for (const [, numbers] of random) numbers.dispose();
    // From the outermost inwards: each sets all that is below it.
    for (const [module, training] of modes) module.train(training);
  };
}

function copyOf(state: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map([...state].map(([key, tensor]) => [key, tensor.clone().keep()]));
}
