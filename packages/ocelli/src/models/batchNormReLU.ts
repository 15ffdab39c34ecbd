import {
  type AfterBatchNorm,
  type AfterConvolution,
  BatchNorm2d,
  type Conv2d,
  type Tensor,
} from '@ocelli/torch';

/** Batch normalization and ReLU in one pass over memory; keys and options are `BatchNorm2d`'s. */
export class BatchNormReLU extends BatchNorm2d {
  override forward(images: Tensor, after: AfterBatchNorm = {}): Tensor {
    return super.forward(images, { activation: 'relu', ...after });
  }

  override forwardConvolved(conv: Conv2d, images: Tensor, after: AfterConvolution = {}): Tensor {
    return super.forwardConvolved(conv, images, { activation: 'relu', ...after });
  }
}
