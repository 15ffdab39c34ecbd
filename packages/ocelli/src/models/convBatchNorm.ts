import {
  type AfterBatchNorm,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Module,
  type Tensor,
} from '@ocelli/torch';

/** What all convolution blocks of a model of the DavidNet family share. */
export interface ConvBatchNormOptions {
  /** Share of the convolution's output set to zero in training. @default 0 */
  dropout?: number;
  /** Weight of the new value in the running statistics, PyTorch's convention. @default 0.1 */
  batchNormMomentum?: number;
}

/**
 * 3×3 convolution without bias, dropout if asked for, batch normalization, ReLU; the size stays.
 *
 * The weights begin uniform in ±1/√(fan-in), eps of the normalization is 1e-5.
 * `(N, inChannels, H, W)` → `(N, outChannels, H, W)`.
 */
export class ConvBatchNorm extends Module {
  readonly conv: Conv2d;
  readonly dropout: Dropout | undefined;
  readonly bn: BatchNorm2d;

  constructor(inChannels: number, outChannels: number, options: ConvBatchNormOptions = {}) {
    super();
    const { dropout = 0, batchNormMomentum = 0.1 } = options;
    const conv = new Conv2d(inChannels, outChannels, 3, { padding: 1, bias: false });
    const bn = new BatchNorm2d(outChannels, { momentum: batchNormMomentum, eps: 1e-5 });
    this.conv = this.registerModule('conv', conv);
    if (dropout !== 0) this.dropout = this.registerModule('dropout', new Dropout({ p: dropout }));
    this.bn = this.registerModule('bn', bn);
  }

  /** @param after a pool or an addition to compute together with normalization and ReLU. */
  forward(images: Tensor, after: Omit<AfterBatchNorm, 'activation'> = {}): Tensor {
    const options = { activation: 'relu', ...after } as const;
    if (this.dropout === undefined) return this.bn.forwardConvolved(this.conv, images, options);
    return this.bn.forward(this.dropout.forward(this.conv.forward(images)), options);
  }
}
