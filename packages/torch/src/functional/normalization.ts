import { ShapeError } from '../errors.ts';
import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import { checkImages, inLayoutOf } from './images.ts';

/** Learned scale and offset, and the number that keeps a division finite. */
export interface AffineOptions {
  /** Factor. @default none */
  weight?: Tensor | undefined;
  /** Offset. @default none */
  bias?: Tensor | undefined;
  /** Added to the variance. @default 1e-5 */
  eps?: number;
}

/** What follows a batch normalisation and is computed with it, in one pass over memory on the CPU. */
export interface AfterBatchNorm {
  /** Applied to every normalised value. @default 'none' */
  activation?: 'none' | 'relu' | 'gelu' | 'silu';
  /** Added before the activation, as ResNet adds its shortcut. @default none */
  addBeforeActivation?: Tensor;
  /** Added to the result, as DavidNet adds its residual. @default none */
  addToResult?: Tensor;
  /** Keep the largest of every 2x2 pixels, after the activation. @default false */
  pool?: boolean;
}

/** Options of {@link batchNorm}. */
export interface BatchNormOptions extends AffineOptions, AfterBatchNorm {
  /** `(C)`: normalise with it, or update it in training. @default none */
  runningMean?: Tensor | undefined;
  /** `(C)`: normalise with it, or update it in training. @default none */
  runningVar?: Tensor | undefined;
  /** Normalise with the statistics of the batch. @default false */
  training?: boolean;
  /** Weight of the *new* value in the running statistics, as in PyTorch. @default 0.1 */
  momentum?: number;
}

const normalizeBatch = operator('ocelli::batch_norm_act');
const normalizeConvolved = operator('ocelli::conv3x3_batch_norm_act');
const normalizeGroups = operator('aten::group_norm');
const normalizeLayer = operator('aten::layer_norm');
const batchCheck = new OptionCheck('batchNorm');
const convCheck = new OptionCheck('convBatchNorm');
const groupCheck = new OptionCheck('groupNorm');
const layerCheck = new OptionCheck('layerNorm');

/**
 * Normalises every channel of `(N, C, H, W)` to mean 0 and variance 1, then scales and shifts it.
 *
 * `y = (x − mean) / √(var + eps) · weight + bias`
 *
 * In training, mean and (biased) variance are those of the batch, and the running statistics move
 * towards them, the running variance towards the unbiased one:
 * `running ← (1 − momentum) · running + momentum · batch`. Otherwise the running ones are used.
 *
 * @throws {ShapeError} if the channels do not fit, or in training a channel has a single value.
 * @throws {OptionError} if it is neither training nor given running statistics.
 * @see Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export function batchNorm(images: Tensor, options: BatchNormOptions = {}): Tensor {
  const { weight, bias, runningMean } = batchCheck.read(options, batchKeys);
  const channels = (runningMean ?? weight ?? bias)?.numel;
  checkImages('batchNorm', images, channels ?? images.shape[1] ?? 0, `${channels} channels`);
  if (options.training === true) refuseSingleValue(images);
  return normalizeBatch(images, ...resolveBatchNorm(options), options.pool ?? false);
}

/**
 * `batchNorm` of a 3x3 convolution without bias, padding 1, of images `(N, C, H, W)` with a weight
 * `(K, C, 3, 3)` → `(N, K, H', W')`. On the CPU in training the statistics are taken while the
 * convolution writes its outputs; in evaluation it writes them normalised.
 *
 * @param options.stride step of the window in pixels, 1 or 2. @default 1
 * @param options.poolFirst keep the largest of every 2x2 outputs of the convolution, and normalise
 *   those. @default false
 * @throws {ShapeError} if the channels do not fit, or in training a channel has a single value.
 * @throws {OptionError} as `batchNorm`, and if both pools are asked for.
 */
export function convBatchNorm(
  images: Tensor,
  weight: Tensor,
  options: BatchNormOptions & { stride?: 1 | 2; poolFirst?: boolean },
): Tensor {
  const { stride = 1, poolFirst = false, ...norm } = convCheck.read(options, convBatchKeys);
  const { pool = false } = norm;
  if (stride !== 1 && stride !== 2) throw convCheck.error('stride', '1 or 2', stride);
  convCheck.flag('poolFirst', poolFirst);
  if (poolFirst && pool) throw convCheck.error('pool', 'false with poolFirst', pool);
  const fit = `weight (${weight.shape.join(', ')})`;
  checkImages('convBatchNorm', images, weight.shape[1] ?? 0, fit);
  if (norm.training === true) refuseSingleValue(images, { stride, isPooled: poolFirst });
  const pooling = poolFirst ? 'before' : pool ? 'after' : 'none';
  return normalizeConvolved(images, weight, ...resolveBatchNorm(norm), pooling, stride);
}

const activations = ['none', 'relu', 'gelu', 'silu'] as const;

/** The arguments of both operators between the images or the filters and the pooling. */
function resolveBatchNorm(options: BatchNormOptions): unknown[] {
  const { weight, bias, runningMean, runningVar } = options;
  const { training = false, momentum = 0.1, eps = 1e-5 } = options;
  if (!training && (runningMean === undefined || runningVar === undefined)) {
    throw batchCheck.error('runningMean and runningVar', 'given outside training', undefined);
  }
  const statistics = [runningMean, runningVar, training, momentum, eps];
  return [weight, bias, ...statistics, ...afterwards(options)];
}

/** Activation, residual, and whether that comes first. */
function afterwards(options: AfterBatchNorm): unknown[] {
  const { activation = 'none', addBeforeActivation, addToResult, pool = false } = options;
  batchCheck.oneOf('activation', activation, activations);
  batchCheck.flag('pool', pool);
  if (addBeforeActivation !== undefined && addToResult !== undefined) {
    const rule = 'given without addBeforeActivation: only one of them is added';
    throw batchCheck.error('addToResult', rule, addToResult.shape);
  }
  const addsFirst = addBeforeActivation !== undefined;
  return [activation, addBeforeActivation ?? addToResult, addsFirst];
}

const batchKeys = [
  'weight',
  'bias',
  'eps',
  'runningMean',
  'runningVar',
  'training',
  'momentum',
  'activation',
  'addBeforeActivation',
  'addToResult',
  'pool',
] as const;
const convBatchKeys = [...batchKeys, 'stride', 'poolFirst'] as const;

/** `stride` is that of a convolution between the images and the normalisation. */
function refuseSingleValue({ shape }: Tensor, { stride = 1, isPooled = false } = {}): void {
  const [images = 0, , height = 0, width = 0] = shape;
  const side = (size: number): number => Math.floor(Math.ceil(size / stride) / (isPooled ? 2 : 1));
  if (images * side(height) * side(width) !== 1) return;
  const rule = 'expected images to have more than 1 value per channel in training';
  throw new ShapeError(`batchNorm: ${rule}, got (${shape.join(', ')}).`);
}

/**
 * Normalises groups of neighbouring channels of each sample: `(N, C, *)` → the same shape. Weight
 * and bias are `(C)`. The layout in memory of images is kept.
 *
 * @param numGroups how many groups; it divides C.
 * @throws {ShapeError} if it does not.
 * @see Wu & He 2018, https://arxiv.org/abs/1803.08494
 */
export function groupNorm(input: Tensor, numGroups: number, options: AffineOptions = {}): Tensor {
  const { weight, bias, eps = 1e-5 } = groupCheck.read(options, ['weight', 'bias', 'eps']);
  groupCheck.integer('numGroups', numGroups, 1);
  const { shape } = input;
  if (input.dim < 2 || (shape[1] ?? 0) % numGroups !== 0) {
    const rule = `expected input to be (N, C, *) with C divisible by numGroups (${numGroups})`;
    throw new ShapeError(`groupNorm: ${rule}, got (${shape.join(', ')}).`);
  }
  return inLayoutOf(input, normalizeGroups(input, numGroups, weight, bias, eps, true));
}

/**
 * Normalises the last dimensions of each sample: `(*, ...normalizedShape)` → the same shape. Weight
 * and bias have `normalizedShape`. The layout in memory of images is kept.
 *
 * @throws {ShapeError} if the input does not end with `normalizedShape`.
 * @see Ba et al. 2016, https://arxiv.org/abs/1607.06450
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options: AffineOptions = {},
): Tensor {
  const { weight, bias, eps = 1e-5 } = layerCheck.read(options, ['weight', 'bias', 'eps']);
  const last = input.shape.slice(-normalizedShape.length);
  if (String(last) !== String(normalizedShape) || normalizedShape.length === 0) {
    const rule = `expected input to be (*, ${normalizedShape.join(', ')})`;
    throw new ShapeError(`layerNorm: ${rule}, got (${input.shape.join(', ')}).`);
  }
  return inLayoutOf(input, normalizeLayer(input, normalizedShape, weight, bias, eps, true));
}
