import {
  GlobalMaxPool,
  type Linear,
  type Module,
  noGrad,
  optionError,
  type Tensor,
} from '@ocelli/torch';
import { AirbenchBlock, type AirbenchBlockOptions } from './airbenchBlock.ts';
import { Classifier } from './classifier.ts';
import { ScaledLinear } from './scaledLinear.ts';
import { Trunk } from './trunk.ts';
import { whitenedChannels, WhiteningConv } from './whiteningConv.ts';

/** What the trunk of an airbench network is built from. */
export interface AirbenchTrunkOptions extends AirbenchBlockOptions {
  /** Channels of the three blocks. @default [64, 256, 256] */
  widths?: readonly [number, number, number];
}

/** What an airbench network is built from. */
export interface AirbenchOptions extends AirbenchTrunkOptions {
  numClasses: number;
  /** Deviation to which the weights of the last layer are scaled at first. @default as drawn */
  headStd?: number;
  /** Factor on the logits. @default 1 / 9 */
  logitScale?: number;
}

/**
 * The network of the airbench records on CIFAR-10: frozen 2×2 whitening with a learned offset, three
 * blocks that halve the picture, global maximum, linear without bias. For 10 classes and the default
 * widths 1,971,352 learned numbers, all but 3,736 of them in the filters of the blocks.
 *
 * Give it pictures once before training, with {@link whiten}: until then its first layer is random.
 *
 * float32 `(N, 3, H, W)`, H and W at least 9 → logits `(N, numClasses)`.
 *
 * @see Jordan 2024, 94% on CIFAR-10 in 3.29 Seconds on a Single GPU, https://arxiv.org/abs/2404.00498
 */
export class Airbench extends Classifier {
  readonly whitening: WhiteningConv;
  readonly blocks: readonly AirbenchBlock[];
  /** The last layer. */
  readonly linear: Linear;

  constructor({ numClasses, headStd, logitScale, ...options }: AirbenchOptions) {
    const { whitening, blocks, trunk } = airbenchParts(options);
    const head = airbenchHead(trunk.outChannels, numClasses, logitScale);
    super(trunk, head);
    this.whitening = whitening.freeze('weight');
    this.blocks = blocks;
    this.linear = head.head;
    if (headStd !== undefined) scaleTo(this.linear.weight, headStd);
  }

  /**
   * Computes the whitening filters from pictures, normalized like those to be trained on; the
   * published recipes take the first 5,000.
   */
  whiten(images: Tensor): this {
    this.whitening.whiten(images);
    return this;
  }

  /** The filters of all blocks, for an optimizer of matrices. */
  get filters(): Tensor[] {
    return this.parameters().filter(({ dim, requiresGrad }) => dim === 4 && requiresGrad);
  }
}

/** Global maximum and a linear layer without bias, its output times a fixed number. */
export function airbenchHead(
  channels: number,
  numClasses: number,
  logitScale = 1 / 9,
): { pool: Module; head: Linear } {
  return { pool: new GlobalMaxPool(), head: new ScaledLinear(channels, numClasses, logitScale) };
}

/**
 * An airbench network without its last layer: `(N, 3, H, W)` → `(N, widths[2], H', W')`. Its first layer
 * is drawn at random and learns, unless it is given the weights of a whitened network.
 */
export function airbenchTrunk(options: AirbenchTrunkOptions = {}): Trunk {
  return airbenchParts(options).trunk;
}

function airbenchParts({ widths = [64, 256, 256], ...options }: AirbenchTrunkOptions) {
  const whitening = new WhiteningConv(options);
  const blocks = widths.map(
    (width, index) => new AirbenchBlock(widths[index - 1] ?? whitenedChannels, width, options),
  );
  const trunk = new Trunk([
    { name: 'whitening', module: whitening, outChannels: whitenedChannels },
    ...blocks.map((module, index) => ({
      name: `block${index + 1}`,
      module,
      outChannels: widths[index] ?? 0,
    })),
  ]);
  return { whitening, blocks, trunk };
}

function scaleTo(weight: Tensor, std: number): void {
  if (!(std > 0)) throw optionError('Airbench', 'headStd', 'a number above 0', std);
  noGrad(() => weight.mul_(std / weight.std().item()));
}
