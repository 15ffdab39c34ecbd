import { type Generator, OptionCheck, randn, scope, type Tensor, zerosLike } from '@ocelli/torch';
import { pixelGradients, type Subject, withFixedClasses } from './subject.ts';

/** How much noise is added, and how often. */
export interface SmoothGradOptions {
  /** Noisy copies of every picture; each costs a forward and a backward pass. @default 16 */
  samples?: number;
  /** Deviation of the noise, as a share of the picture's range. @default 0.15 */
  noise?: number;
  /** Source of the noise. @default the device's */
  generator?: Generator;
}

/**
 * SmoothGrad: the size of the logit's gradient, averaged over noisy copies of the picture.
 *
 * @returns `(N, H, W)`, 0 or more: the largest over the colours.
 * @throws {OptionError} if `samples` is no positive integer or `noise` is not above 0.
 * @see Smilkov et al. 2017, https://arxiv.org/abs/1706.03825
 */
export function smoothGrad(subject: Subject, options: SmoothGradOptions = {}): Tensor {
  const check = new OptionCheck('smoothGrad');
  check.read(options, ['samples', 'noise', 'generator']);
  const samples = check.integer('samples', options.samples ?? 16, 1);
  const { noise = 0.15, generator } = options;
  if (!(noise > 0)) throw check.error('noise', 'above 0', noise);
  const { images } = subject;
  const fixed = withFixedClasses(subject);
  return scope(() => {
    const extent = [1, 2, 3];
    const range = images
      .amax(extent, { keepdim: true })
      .sub(images.amin(extent, { keepdim: true }));
    const total = zerosLike(images);
    for (let sample = 0; sample < samples; sample++) {
      scope(() => {
        const drawn = randn(images.shape, {
          device: images.device,
          ...(generator && { generator }),
        });
        const noisy = images.add(drawn.mul(range).mul(noise));
        total.add_(pixelGradients({ ...fixed, images: noisy }));
      });
    }
    return total.div(samples).abs().amax([1]);
  });
}
