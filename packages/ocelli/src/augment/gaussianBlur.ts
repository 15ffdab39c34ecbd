import { arange, OptionCheck } from '@ocelli/torch';
import { separableBlur } from './blur.ts';
import { checkRange, drawUniform, type Range } from './draw.ts';
import { pixelwise, type PixelwiseOptions } from './pixelwise.ts';
import type { Transform } from './transform.ts';

/** Softness. */
export interface GaussianBlurOptions extends PixelwiseOptions {
  /** Standard deviation in pixels, or its range. */
  sigma: number | Range;
}

/**
 * Blurs every image with a Gaussian of its own width, cut off at three deviations of the widest.
 *
 * @throws {OptionError} if `sigma` is no range from 0.1 to 50.
 */
export function gaussianBlur(options: GaussianBlurOptions): Transform {
  const check = new OptionCheck('gaussianBlur');
  const { sigma } = check.read(options, ['sigma', 'probability']);
  const value: Range = typeof sigma === 'number' ? [sigma, sigma] : sigma;
  const range = checkRange(check, { option: 'sigma', value, within: [0.1, 50], idle: 0 });
  const definition = { name: 'gaussianBlur', check, options, settings: { sigma } };
  return pixelwise(definition, (pixels, images, context) => {
    const sigmas = drawUniform(range, images, context).unsqueeze(1);
    const radius = Math.min(Math.ceil(3 * range[1]), images.height - 1, images.width - 1);
    const offsets = arange({ start: -radius, end: radius + 1 }, { device: images.device });
    const kernels = offsets.div(sigmas).pow(2).mul_(-0.5).exp();
    return separableBlur(pixels, kernels.div(kernels.sum([1], { keepdim: true })));
  });
}
