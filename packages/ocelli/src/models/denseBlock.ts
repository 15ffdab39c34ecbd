import {
  cat,
  Conv2d,
  denseBlock,
  type DenseLayerTensors,
  type DenseNorm,
  Module,
  type Tensor,
} from '@ocelli/torch';
import { BatchNormReLU } from './batchNormReLU.ts';
import { hasOwnForward } from './ownForward.ts';

export interface DenseBlockOptions {
  /** How many layers the block has. */
  layers: number;
  /** Channels that every layer adds. */
  growthRate: number;
}

/**
 * Layers that each see the outputs of all before them: `x ← [x, layer(x)]`.
 *
 * `(N, C, H, W)` → `(N, C + layers · growthRate, H, W)`.
 *
 * @see Huang et al. 2017, https://arxiv.org/abs/1608.06993
 */
export class DenseBlock extends Module {
  readonly #layers: DenseLayer[] = [];

  constructor(inChannels: number, { layers, growthRate }: DenseBlockOptions) {
    super();
    for (let index = 0; index < layers; index++) {
      const layer = new DenseLayer(inChannels + index * growthRate, growthRate);
      this.#layers.push(this.registerModule(`denselayer${index + 1}`, layer));
    }
  }

  forward(images: Tensor): Tensor {
    if (this.#layers.length > 0 && this.#layers.every((layer) => layer.fusesIn(this))) {
      const parts = this.#layers.map((layer) => layer.tensors());
      return denseBlock(images, parts, { training: this.training });
    }
    return this.#layers.reduce(
      (features, layer) => cat([features, layer.forward(features)], 1),
      images,
    );
  }
}

/** Batch norm, ReLU, 1×1 convolution to `4 · growthRate` channels; the same with 3×3 to `growthRate`. */
class DenseLayer extends Module {
  readonly norm1: BatchNormReLU;
  readonly conv1: Conv2d;
  readonly norm2: BatchNormReLU;
  readonly conv2: Conv2d;

  constructor(inChannels: number, growthRate: number) {
    super();
    const narrow = 4 * growthRate;
    const conv1 = new Conv2d(inChannels, narrow, 1, { bias: false });
    const conv2 = new Conv2d(narrow, growthRate, 3, { padding: 1, bias: false });
    this.norm1 = this.registerModule('norm1', new BatchNormReLU(inChannels));
    this.conv1 = this.registerModule('conv1', conv1);
    this.norm2 = this.registerModule('norm2', new BatchNormReLU(narrow));
    this.conv2 = this.registerModule('conv2', conv2);
  }

  forward(features: Tensor): Tensor {
    const hidden = this.conv1.forward(this.norm1.forward(features));
    return this.conv2.forward(this.norm2.forward(hidden));
  }

  /** Whether the block may compute this layer with the others: all compute as they were made and train alike. */
  fusesIn({ training }: DenseBlock): boolean {
    const modules = [this, this.norm1, this.norm2];
    return !hasOwnForward(this) && modules.every((module) => module.training === training);
  }

  /** What the block computes with, for one more batch. */
  tensors(): DenseLayerTensors {
    return {
      norm1: normOf(this.norm1),
      conv1: this.conv1.weight,
      norm2: normOf(this.norm2),
      conv2: this.conv2.weight,
    };
  }
}

function normOf(norm: BatchNormReLU): DenseNorm {
  return norm.forBatch() as DenseNorm; // affine, with running statistics: its options are the defaults
}
