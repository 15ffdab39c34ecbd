import { Module, type Tensor } from '@ocelli/torch';

/**
 * The mean of all channels, for networks of grey pictures: `(N, C, H, W)` → `(N, 1, H, W)`. Of grey that is
 * stored as red, green and blue alike, as MNIST's is, it gives that grey; one channel passes as it is.
 */
export class ChannelMean extends Module {
  forward(images: Tensor): Tensor {
    return images.shape[1] === 1 ? images : images.mean([1], { keepdim: true });
  }
}
