import type { Tensor } from '@ocelli/torch';
import type { AffineStep, ColourStep, MakePixelMap } from './joinableMaps.ts';
import type { TransformContext } from './transformContext.ts';

/** What a transform does to the labels of the images that it really changes. */
export interface LabelEffect {
  /** Attributes that nobody can tell any more: their label becomes missing. @default [] */
  readonly hides?: readonly string[];
  /** Two classes of an attribute that change places, such as `{ pose: ['left', 'right'] }`. @default {} */
  readonly swaps?: Readonly<Record<string, readonly [string, string]>>;
}

/** What changing an image may change about what it shows. */
export type Disturbance = 'side' | 'colour';

/**
 * One step of augmentation: a batch of images in, a batch out, on the images' device.
 *
 * Images are uint8 or floating `(N, C, H, W)`; the result is a new tensor, `channels_last` in memory.
 * Random transforms draw once for every image of every call, so nothing is ever frozen, and the same
 * generator state gives the same result.
 */
export interface Transform {
  /** The function that made it, for records and reports. */
  readonly name: string;
  /** The settings it works with, defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  apply(images: Tensor, context: TransformContext): Tensor;
  /**
   * Only for transforms that do nothing but move pixels: where each one comes from. Draws what `apply`
   * would draw, so that `compose` can join several such steps into one gather with the same result.
   */
  readonly pixelMap?: MakePixelMap;
  /** Only for turns, shifts, zooms and flips, which `compose` joins into one resampling. */
  readonly affine?: AffineStep;
  /** Only for transforms that are a matrix on colours, which `compose` joins into one pass. */
  readonly colour?: ColourStep;
  /** What it does to the labels of the images it changes, as declared. */
  readonly labelEffect?: LabelEffect;
  /** What it may change about what an image shows, for the warning about undeclared effects. */
  readonly disturbs?: Disturbance;
  /** The transforms it is made of. */
  readonly parts?: readonly Transform[];
}
