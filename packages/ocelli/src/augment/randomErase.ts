import { OptionCheck, rand, type Tensor } from '@ocelli/torch';
import { checkRange, chooseImages, type Range } from './draw.ts';
import { FILL_KEYS, fillErased, fillOf, type FillOptions } from './fill.ts';
import { alongChannels, imageShape } from './pixelRows.ts';
import { checkProbability } from './probability.ts';
import { positions } from './remap.ts';
import type { Transform } from './transform.ts';
import type { PlacedShape, TransformContext } from './transformContext.ts';

/** One rectangle erased from images. */
export interface RandomEraseOptions extends FillOptions {
  /** Chance of each image to lose a rectangle, above 0 and at most 1. @default 0.5 */
  probability?: number;
  /** Range of the rectangle's area, as a share of the image's. @default [0.02, 0.4] */
  area?: Range;
  /** Range of height over width. @default [0.3, 3.3333333333333335] */
  aspect?: Range;
  /**
   * A rectangle that reaches beyond the edge is drawn anew (`redraw`), or moved inside and, where it is
   * larger than the image, cut to it (`move`). @default 'redraw'
   */
  fit?: 'redraw' | 'move';
}

/**
 * Erases one rectangle of random area, aspect and place from the chosen images.
 *
 * Drawing anew ends after 64 rectangles, when an image keeps all its pixels and does not count as
 * changed. With the defaults that happens to one of more than ten thousand million images.
 *
 * @throws {OptionError} if an option is outside its range.
 * @see Zhong et al. 2017, https://arxiv.org/abs/1708.04896
 */
export function randomErase(options: RandomEraseOptions = {}): Transform {
  const check = new OptionCheck('randomErase');
  check.read(options, ['probability', 'area', 'aspect', 'fit', ...FILL_KEYS]);
  const {
    probability = 0.5,
    area = [0.02, 0.4],
    aspect = [0.3, 1 / 0.3],
    fit = 'redraw',
  } = options;
  checkProbability(check, probability);
  checkRange(check, { option: 'area', value: area, within: [0, 1], idle: 0 });
  checkRange(check, { option: 'aspect', value: aspect, within: [0.01, 100], idle: NaN });
  check.oneOf('fit', fit, ['redraw', 'move']);
  const filling = fillOf(check, options);
  const draw = fit === 'redraw' ? drawUntilItFits : drawAndMove;
  const apply = (images: Tensor, context: TransformContext) => {
    const shape = { ...imageShape('randomErase', images), device: images.device };
    const boxes = draw({ area, aspect }, shape, context);
    const silent = { generator: context.generator };
    const tossed = chooseImages({ ...shape, name: 'randomErase', probability }, silent);
    const chosen = tossed.logicalAnd(boxes.found);
    context.onChanged?.('randomErase', chosen);
    const erased = coverage(boxes, shape).logicalAnd(chosen.view([-1, 1, 1]));
    return fillErased(images, erased, { name: 'randomErase', filling, context });
  };
  const settings = { probability, area, aspect, fit, ...filling };
  return { name: 'randomErase', settings, apply };
}

/** One rectangle an image, in whole pixels, each number `(N, 1)`. */
interface Boxes {
  readonly top: Tensor;
  readonly left: Tensor;
  readonly height: Tensor;
  readonly width: Tensor;
  /** bool `(N)`: whether there is one. */
  readonly found: Tensor;
}

type Draw = (
  ranges: { readonly area: Range; readonly aspect: Range },
  images: PlacedShape,
  context: TransformContext,
) => Boxes;

const tries = 64;

const drawUntilItFits: Draw = (ranges, images, context) => {
  const drawn = drawBoxes(ranges, { ...images, tries }, context);
  const fits = drawn.top
    .add(drawn.height)
    .le(images.height)
    .logicalAnd(drawn.left.add(drawn.width).le(images.width));
  // The first that fits; the highest of zeros and ones is the first one.
  const first = fits.to({ dtype: 'int32' }).argmax(1, { keepdim: true });
  const pick = (numbers: Tensor): Tensor => numbers.gather(1, first);
  return {
    top: pick(drawn.top),
    left: pick(drawn.left),
    height: pick(drawn.height),
    width: pick(drawn.width),
    found: pick(fits).squeeze(1),
  };
};

const drawAndMove: Draw = (ranges, images, context) => {
  const drawn = drawBoxes(ranges, { ...images, tries: 1 }, context);
  const height = drawn.height.clamp({ max: images.height });
  const width = drawn.width.clamp({ max: images.width });
  const inside = (start: Tensor, size: Tensor, side: number) =>
    start.add(size).sub_(side).clamp_({ min: 0 }).neg().add_(start);
  const top = inside(drawn.top, height, images.height);
  const left = inside(drawn.left, width, images.width);
  return { top, left, height, width, found: height.mul(width).gt(0).squeeze(1) };
};

/** Sizes by area and aspect, corners anywhere in the image; `(N, tries)` each, whole pixels. */
function drawBoxes(
  { area, aspect }: { readonly area: Range; readonly aspect: Range },
  { count, height, width, tries: columns, device }: PlacedShape & { readonly tries: number },
  { generator }: TransformContext,
) {
  const draw = ([low, high]: Range) =>
    rand([count, columns], { device, generator })
      .mul_(high - low)
      .add_(low);
  const pixels = draw(area).mul_(height * width);
  const ratio = draw(aspect);
  return {
    height: pixels.mul(ratio).sqrt().floor(),
    width: pixels.div(ratio).sqrt().floor(),
    top: draw([0, height]).floor(),
    left: draw([0, width]).floor(),
  };
}

/** `(N, H, W · C)` bool: the pixels of the rectangles. */
function coverage(boxes: Boxes, images: PlacedShape): Tensor {
  const within = (start: Tensor, size: Tensor, side: number) => {
    const offsets = positions(side, images).sub(start);
    return offsets.ge(0).logicalAnd(offsets.lt(size));
  };
  const inRows = within(boxes.top, boxes.height, images.height);
  const inColumns = within(boxes.left, boxes.width, images.width);
  return inRows.unsqueeze(2).logicalAnd(alongChannels(inColumns, images.channels).unsqueeze(1));
}
