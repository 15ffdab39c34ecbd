import { operator, type OptionCheck, tensor, type Tensor } from '@ocelli/torch';
import { checkFill } from './fill.ts';
import { imageShape } from './pixelRows.ts';

/** How a resampling transform makes pixels that lie between pixels or beyond the edge. */
export interface ResamplingOptions {
  /** From the nearest 4 pixels or, sharper, the nearest 16. @default 'bilinear' */
  interpolation?: Interpolation;
  /**
   * What lies beyond the edge: `reflect` mirrors the image (its edge is repeated), `edge` draws out the
   * outermost pixels, `constant` is one value. @default 'reflect'
   */
  border?: ResampledBorder;
  /** Value of a `constant` border, in the images' own units. @default 0 */
  fill?: number;
}

export type Interpolation = 'bilinear' | 'bicubic';
export type ResampledBorder = 'reflect' | 'edge' | 'constant';

/** The same with every question answered. */
export type Resampling = Readonly<Required<ResamplingOptions>>;

/** Numbers of `aten::grid_sampler_2d`. */
const interpolations = { bilinear: 0, bicubic: 2 };
const borders = { constant: 0, edge: 1, reflect: 2 };

/** @throws {OptionError} if an option has no such value, or `fill` would not be seen. */
export function resamplingOf(check: OptionCheck, options: ResamplingOptions): Resampling {
  const { interpolation = 'bilinear', border = 'reflect', fill = 0 } = options;
  check.oneOf('interpolation', interpolation, ['bilinear', 'bicubic']);
  check.oneOf('border', border, ['reflect', 'edge', 'constant']);
  check.number('fill', fill, []);
  if (options.fill !== undefined && options.fill !== 0 && border !== 'constant') {
    throw check.error('fill', 'left out unless border is constant', fill);
  }
  return { interpolation, border, fill };
}

/**
 * Takes every pixel from the place that the image's matrix names; see `MakeAffine` for the matrices.
 *
 * Images that an identity matrix leaves in place come out as they were, floating ones up to rounding.
 */
export function resample(images: Tensor, matrices: Tensor, resampling: Resampling): Tensor {
  const { count, channels, height, width } = imageShape('resample', images);
  const { interpolation, border } = resampling;
  const fill = checkFill('resample', images.dtype, resampling.fill);
  const theta = inUnitSquare(matrices, { height, width });
  const grid: Tensor = affineGrid(theta, [count, channels, height, width], false);
  const floats = images.to({ dtype: 'float32', copy: true });
  // Beyond the edge the sampler sees 0, so the fill has to be 0 for its duration.
  if (fill !== 0) floats.sub_(fill);
  const codes = [interpolations[interpolation], borders[border]] as const;
  const sampled: Tensor = gridSample(floats, grid, ...codes, false);
  if (fill !== 0) sampled.add_(fill);
  return toLayout(sampled, images);
}

/** Rounded and cut where bytes are asked for; `channels_last`. */
export function toLayout(floats: Tensor, { dtype }: Tensor): Tensor {
  const last = floats.contiguous({ memoryFormat: 'channelsLast' });
  if (dtype !== 'uint8') return last.to({ dtype });
  return last.clamp({ min: 0, max: 255 }).add_(0.5).to({ dtype });
}

/** The same matrices where both sides of the image reach from −1 to 1, as `grid_sample` counts. */
function inUnitSquare(matrices: Tensor, { height, width }: { height: number; width: number }) {
  const scale = [
    [1, height / width, 2 / width],
    [width / height, 1, 2 / height],
  ];
  return matrices.mul(tensor(scale, { device: matrices.device }));
}

const affineGrid = operator('aten::affine_grid_generator');
const gridSample = operator('aten::grid_sampler_2d');
