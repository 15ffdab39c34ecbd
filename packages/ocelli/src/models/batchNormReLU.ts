import { BatchNorm2d, type Tensor } from '@ocelli/torch';

/** Batch normalization and ReLU in one pass over memory; keys and options are `BatchNorm2d`'s. */
export class BatchNormReLU extends BatchNorm2d {
  override forward(images: Tensor): Tensor {
    return super.forward(images, { activation: 'relu' });
  }
}
