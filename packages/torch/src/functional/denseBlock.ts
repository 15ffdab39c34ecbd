import { ShapeError } from '../errors.ts';
import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import { checkImages } from './images.ts';

/** Scale, offset and running statistics of a batch norm, `(C)` each. */
export interface DenseNorm {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
}

/** What a layer of a dense block consists of. */
export interface DenseLayerTensors {
  /** Of all channels before this layer. */
  readonly norm1: DenseNorm;
  /** `(K, C, 1, 1)` */
  readonly conv1: Tensor;
  /** Of the K channels between the convolutions. */
  readonly norm2: DenseNorm;
  /** `(growth, K, 3, 3)` */
  readonly conv2: Tensor;
}

/** Options of {@link denseBlock}; they hold for every norm in it. */
export interface DenseBlockOptions {
  /** Normalise with the statistics of the batch, and update the running ones. @default false */
  training?: boolean;
  /** Weight of the *new* value in the running statistics. @default 0.1 */
  momentum?: number;
  /** Added to the variance. @default 1e-5 */
  eps?: number;
}

const compute = operator('ocelli::dense_block');
const check = new OptionCheck('denseBlock');

/**
 * Layers that each see the outputs of all before them, and add theirs as further channels:
 * `x ← [x, conv3×3(relu(norm2(conv1×1(relu(norm1(x))))))]`.
 *
 * On the CPU one growing buffer holds all channels, the statistics of a channel are taken once, and
 * normalised values are computed again in the backward pass, so that memory grows with the number of
 * layers and not with its square. That takes float32 images in channels-last memory and channels in
 * multiples of 32; anything else, and every other device, computes the same layer by layer.
 *
 * `(N, C, H, W)` → `(N, C + Σ growth, H, W)`.
 *
 * @throws {ShapeError} if the channels of images and the first layer do not fit, or in training a
 *   channel has a single value.
 * @see Huang et al. 2017, https://arxiv.org/abs/1608.06993
 * @see Pleiss et al. 2017, https://arxiv.org/abs/1707.06990
 */
export function denseBlock(
  images: Tensor,
  layers: readonly DenseLayerTensors[],
  options: DenseBlockOptions = {},
): Tensor {
  check.read(options, ['training', 'momentum', 'eps']);
  const { training = false, momentum = 0.1, eps = 1e-5 } = options;
  check.flag('training', training);
  check.number('momentum', momentum, [0, 1]);
  check.number('eps', eps, [0]);
  const channels = layers[0]?.norm1.weight.numel ?? 0;
  checkImages('denseBlock', images, channels, `${channels} channels of the first layer`);
  if (training) refuseSingleValue(images);
  const parameters = layers.flatMap(({ norm1, conv1, norm2, conv2 }) => [
    norm1.weight,
    norm1.bias,
    conv1,
    norm2.weight,
    norm2.bias,
    conv2,
  ]);
  const statistics = layers.flatMap(({ norm1, norm2 }) => [
    norm1.runningMean,
    norm1.runningVar,
    norm2.runningMean,
    norm2.runningVar,
  ]);
  return compute(images, parameters, statistics, training, momentum, eps);
}

function refuseSingleValue({ shape }: Tensor): void {
  const [images = 0, , height = 0, width = 0] = shape;
  if (images * height * width !== 1) return;
  const rule = 'expected images to have more than 1 value per channel in training';
  throw new ShapeError(`denseBlock: ${rule}, got (${shape.join(', ')}).`);
}
