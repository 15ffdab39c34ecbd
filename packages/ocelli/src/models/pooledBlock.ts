import { Module, type Tensor } from '@ocelli/torch';
import { ConvBatchNorm, type ConvBatchNormOptions } from './convBatchNorm.ts';

/** What a convolution with pooling is built from. */
export interface PooledBlockOptions extends ConvBatchNormOptions {
  /** Add the result of two more convolutions to the pooled one; no ReLU after the sum. */
  residual: boolean;
}

/**
 * The building block of DavidNet: a convolution that widens, a pool that halves, and optionally a
 * residual of two convolutions of the same width.
 *
 * `h = pool(convBn(x)); h + res2(res1(h))`, `(N, inChannels, H, W)` → `(N, outChannels, H/2, W/2)`.
 */
export class PooledBlock extends Module {
  readonly convBn: ConvBatchNorm;
  readonly res1: ConvBatchNorm | undefined;
  readonly res2: ConvBatchNorm | undefined;

  constructor(inChannels: number, outChannels: number, options: PooledBlockOptions) {
    super();
    const { residual, ...convOptions } = options;
    const same = (): ConvBatchNorm => new ConvBatchNorm(outChannels, outChannels, convOptions);
    const widening = new ConvBatchNorm(inChannels, outChannels, convOptions);
    this.convBn = this.registerModule('convBn', widening);
    this.res1 = residual ? this.registerModule('res1', same()) : undefined;
    this.res2 = residual ? this.registerModule('res2', same()) : undefined;
  }

  forward(images: Tensor): Tensor {
    const pooled = this.convBn.forward(images, { pool: true });
    if (this.res1 === undefined || this.res2 === undefined) return pooled;
    return this.res2.forward(this.res1.forward(pooled), { addToResult: pooled });
  }
}
