import { Conv2d, gelu, noGrad, silu, type Tensor } from '@ocelli/torch';
import type { AirbenchBlockOptions } from './airbenchBlock.ts';
import { whiteningFilters } from './whitening.ts';

/** Filters of 2×2 patches of three channels, and their negatives. */
export const whitenedChannels = 24;

/**
 * The first layer of the airbench networks: 24 filters of 2×2 pixels with a learned offset, and the
 * activation after them. Its filters begin at random; {@link whiten} computes them from pictures.
 *
 * float32 `(N, 3, H, W)` → `(N, 24, H - 1, W - 1)`.
 */
export class WhiteningConv extends Conv2d {
  readonly #activation: (input: Tensor) => Tensor;

  constructor({ activation }: Pick<AirbenchBlockOptions, 'activation'> = {}) {
    super(3, whitenedChannels, 2);
    this.#activation = activation === 'silu' ? silu : gelu;
  }

  /** Computes the filters from pictures that are normalized like those to be trained on. */
  whiten(images: Tensor): this {
    noGrad(() => this.weight.copy_(whiteningFilters(images)));
    return this;
  }

  override forward(images: Tensor): Tensor {
    return this.#activation(super.forward(images));
  }
}
