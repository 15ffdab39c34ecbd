import {
  ones,
  OptionCheck,
  optionError,
  randint,
  ShapeError,
  type Size2d,
  type Tensor,
} from '@ocelli/torch';
import { BORDER_MODES, reflected, remapFilled } from './border.ts';
import type { BorderMode } from './border.ts';
import { geometric } from './geometric.ts';
import { imageShape } from './pixelRows.ts';
import { positions } from './remap.ts';
import type { Transform } from './transform.ts';
import type { PlacedShape, TransformContext } from './transformContext.ts';

/** A window of every image. */
export interface RandomCropOptions {
  /** Side of a square window, or `[height, width]`, in pixels. */
  size: Size2d;
  /** Border added to every side before cropping, in pixels. @default 0 */
  padding?: number;
  /** What the border shows. @default 'reflect' */
  mode?: BorderMode;
  /** Value of a `constant` border, in the images' own units. @default 0 */
  fill?: number;
}

/**
 * Cuts a window out of every image, its place uniform over all that fit into the padded image.
 *
 * @throws {OptionError} if `size` or `padding` is no whole number of its range, or (when applied) the
 *   window is as large as the images and `padding` is 0: such a crop changes nothing.
 * @throws {ShapeError} (when applied) if the window does not fit into the padded images.
 */
export function randomCrop(options: RandomCropOptions): Transform {
  const check = new OptionCheck('randomCrop');
  check.read(options, ['size', 'padding', 'mode', 'fill']);
  const { size, padding = 0, mode = 'reflect', fill = 0 } = options;
  const [height, width] = check.pair('size', size, 1);
  check.integer('padding', padding, 0);
  check.oneOf('mode', mode, BORDER_MODES);
  check.number('fill', fill, []);
  const settings = { size, padding, mode, fill };
  const windows = (images: PlacedShape, context: TransformContext) => {
    checkRoom({ height, width }, padding, images);
    const rows = window({ side: images.height, size: height, padding }, images, context);
    const columns = window({ side: images.width, size: width, padding }, images, context);
    const isSmaller = height !== images.height || width !== images.width;
    context.onChanged?.(
      'randomCrop',
      isSmaller
        ? ones([images.count], { dtype: 'bool', device: images.device })
        : hasMoved(rows, columns),
    );
    return { rows, columns };
  };
  if (mode === 'reflect' || padding === 0) {
    return geometric('randomCrop', settings, (images, context) => {
      const map = windows(images, context);
      return padding === 0 ? map : reflected(map, images, padding);
    });
  }
  const apply = (images: Tensor, context: TransformContext) => {
    const shape = { ...imageShape('randomCrop', images), device: images.device };
    return remapFilled(images, windows(shape, context), fill);
  };
  return { name: 'randomCrop', settings, apply };
}

/** `(N, size)`: consecutive positions along one side, from a random start for each image. */
function window(
  { side, size, padding }: { side: number; size: number; padding: number },
  { count, device }: PlacedShape,
  { generator }: TransformContext,
): Tensor {
  const high = side + 2 * padding - size + 1;
  const starts = randint({ high, shape: [count, 1], dtype: 'int32', device, generator });
  return starts.add(positions(size, { device })).sub_(padding);
}

/** Only which images moved counts as a change where the window is as large as the image. */
function hasMoved(rows: Tensor, columns: Tensor): Tensor {
  return startOf(rows).ne(0).logicalOr(startOf(columns).ne(0));
}

function startOf(positions: Tensor): Tensor {
  return positions.select(1, 0);
}

interface Sides {
  readonly height: number;
  readonly width: number;
}

function checkRoom(window: Sides, padding: number, images: Sides): void {
  const { height, width } = images;
  if (padding === 0 && window.height === height && window.width === width) {
    throw optionError(
      'randomCrop',
      'size',
      `below the images' ${shown(images)} pixels when padding is 0, or the crop changes nothing`,
      window.height === window.width ? window.height : [window.height, window.width],
      'Add padding, for example 4.',
    );
  }
  const padded = { height: height + 2 * padding, width: width + 2 * padding };
  if (window.height <= padded.height && window.width <= padded.width) return;
  throw new ShapeError(
    `randomCrop: expected size to be at most the padded image's ${shown(padded)} pixels, ` +
      `got ${shown(window)}.`,
  );
}

/** One number for a square, else height and width. */
function shown({ height, width }: Sides): string {
  return height === width ? String(height) : `${height}x${width}`;
}
