// What transforms say of themselves so that `compose` can join them to their neighbours.
import type { Tensor } from '@ocelli/torch';
import type { Drawn } from './draw.ts';
import type { PixelMap } from './remap.ts';
import type { Resampling } from './resample.ts';
import type { PlacedShape, TransformContext } from './transformContext.ts';

/** Draws the pixel map for a batch of the given sizes. */
export type MakePixelMap = (images: PlacedShape, context: TransformContext) => PixelMap;

/**
 * `(N, 2, 3)` float32: the place in the source that each place of the result is taken from,
 * `source = M · (x, y, 1)`, both measured in pixels from the centre of the image, `y` downwards.
 */
export type MakeAffine = (images: PlacedShape, context: TransformContext) => Tensor;

/** A step that is a matrix on places. */
export interface AffineStep {
  readonly matrices: MakeAffine;
  /** How pixels between pixels are made; absent for flips, which need none and fit to any. */
  readonly resampling?: Resampling;
}

/** For every image `colour' = matrix · colour + offset`, with black at 0 and white at 1. */
export interface ColourMap {
  /** float32 `(N, C, C)`. */
  readonly matrix: Tensor;
  /** float32 `(N, C, 1)`. */
  readonly offset: Tensor;
}

/** What a map of colours may depend on. */
export interface ColourFacts extends Drawn {
  readonly channels: number;
  /** Mean colour of each image, `(N, C, 1)`, white being 1. */
  readonly mean: () => Tensor;
}

/** Draws the map for a batch. */
export type MakeColourMap = (facts: ColourFacts, context: TransformContext) => ColourMap;

/** A step that is a map of colours. */
export interface ColourStep {
  readonly map: MakeColourMap;
  readonly white: number | undefined;
}
