import {
  Conv2d,
  gelu,
  globalMaxPool,
  Linear,
  Module,
  noGrad,
  optionError,
  silu,
  type Tensor,
} from '@ocelli/torch';
import { AirbenchBlock, type AirbenchBlockOptions } from './airbenchBlock.ts';
import { whiteningFilters } from './whitening.ts';

/** What an airbench network is built from. */
export interface AirbenchOptions extends AirbenchBlockOptions {
  numClasses: number;
  /** Channels of the three blocks. @default [64, 256, 256] */
  widths?: readonly [number, number, number];
  /** Deviation to which the weights of the last layer are scaled at first. @default as drawn */
  headStd?: number;
  /** Factor on the logits. @default 1 / 9 */
  logitScale?: number;
}

/** Filters of the whitening layer: those of 2×2 patches of three channels, and their negatives. */
const whitened = 24;

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
export class Airbench extends Module {
  readonly whitening: Conv2d;
  readonly blocks: readonly AirbenchBlock[];
  readonly head: Linear;
  readonly #activation: (input: Tensor) => Tensor;
  readonly #logitScale: number;

  constructor(options: AirbenchOptions) {
    super();
    const { numClasses, widths = [64, 256, 256], headStd, logitScale = 1 / 9, ...block } = options;
    this.whitening = this.registerModule('whitening', new Conv2d(3, whitened, 2));
    this.whitening.freeze('weight');
    this.blocks = widths.map((width, index) => {
      const inChannels = widths[index - 1] ?? whitened;
      return this.registerModule(`block${index + 1}`, new AirbenchBlock(inChannels, width, block));
    });
    this.head = this.registerModule('head', new Linear(widths[2], numClasses, { bias: false }));
    if (headStd !== undefined) scaleTo(this.head.weight, headStd);
    this.#activation = block.activation === 'silu' ? silu : gelu;
    this.#logitScale = logitScale;
  }

  /**
   * Computes the whitening filters from pictures, normalized like those to be trained on; the
   * published recipes take the first 5,000.
   */
  whiten(images: Tensor): this {
    noGrad(() => this.whitening.weight.copy_(whiteningFilters(images)));
    return this;
  }

  /** The filters of all blocks, for an optimizer of matrices. */
  get filters(): Tensor[] {
    return this.parameters().filter(({ dim, requiresGrad }) => dim === 4 && requiresGrad);
  }

  forward(images: Tensor): Tensor {
    const stem = this.#activation(this.whitening.forward(images));
    const features = this.blocks.reduce((x, block) => block.forward(x), stem);
    return this.head.forward(globalMaxPool(features)).mul(this.#logitScale);
  }
}

function scaleTo(weight: Tensor, std: number): void {
  if (!(std > 0)) throw optionError('Airbench', 'headStd', 'a number above 0', std);
  noGrad(() => weight.mul_(std / weight.std().item()));
}
