import { type OptionCheck, type Tensor } from '@ocelli/torch';
import { chooseImages } from './draw.ts';
import { imageShape } from './pixelRows.ts';
import { checkProbability } from './probability.ts';
import { toLayout } from './resample.ts';
import type { Transform } from './transform.ts';
import { checkWhite, whiteOf, type WhiteOptions } from './valueRange.ts';
import type { PlacedShape, TransformContext } from './transformContext.ts';

/** What every transform takes that computes pixels anew. */
export interface PixelwiseOptions {
  /** Chance of each image to be changed, above 0 and at most 1. @default 1 */
  probability?: number;
}

interface PixelwiseDefinition {
  readonly name: string;
  readonly check: OptionCheck;
  readonly options: PixelwiseOptions;
  /** The settings of its own, defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly disturbs?: 'colour';
}

/** @param pixels float32 `(N, C, H, W)`, `channels_last`, which may be changed in place. */
type ChangePixels = (pixels: Tensor, images: TypedShape, context: TransformContext) => Tensor;

/** Sizes of a batch, where it lies, and the type its pixels have. */
type TypedShape = PlacedShape & Pick<Tensor, 'dtype'>;

/** A transform that computes the pixels of the chosen images anew, in float32. */
export function pixelwise(definition: PixelwiseDefinition, change: ChangePixels): Transform {
  const { name, check, options, settings, disturbs } = definition;
  const { probability = 1 } = options;
  checkProbability(check, probability);
  const apply = (images: Tensor, context: TransformContext) => {
    const shape = { ...imageShape(name, images), device: images.device, dtype: images.dtype };
    const last = images.contiguous({ memoryFormat: 'channelsLast' });
    const chosen = chooseImages({ ...shape, name, probability }, context);
    const pixels = last.to({ dtype: 'float32', copy: true });
    const changed = toLayout(change(pixels, shape, context), images);
    return probability < 1 ? changed.where(chosen.view([-1, 1, 1, 1]), last) : changed;
  };
  const all = { ...settings, probability };
  return { name, settings: all, ...(disturbs && { disturbs }), apply };
}

/** Options of a transform that works on levels of brightness. */
export interface LevelsOptions extends PixelwiseOptions, WhiteOptions {}

/** The keys that every transform of levels knows. */
export const LEVELS_KEYS = ['probability', 'white'] as const;

/** Like `pixelwise`, with black at 0 and white at 255 whatever the images' own units. */
export function onLevels(
  definition: PixelwiseDefinition & { readonly options: LevelsOptions },
  change: ChangePixels,
): Transform {
  const { name, check, options, settings } = definition;
  const { white } = options;
  checkWhite(check, white);
  const all = { ...settings, ...(white !== undefined && { white }) };
  return pixelwise({ ...definition, settings: all }, (pixels, images, context) => {
    const scale = whiteOf(name, images, white) / 255;
    if (scale === 1) return change(pixels, images, context);
    return change(pixels.div_(scale), images, context).clamp_({ min: 0, max: 255 }).mul_(scale);
  });
}
