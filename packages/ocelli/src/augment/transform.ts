import type { Device, Generator, Tensor } from '@ocelli/torch';
import type { ImageShape } from './pixelRows.ts';
import type { PixelMap } from './remap.ts';

/** What a transform may draw from. */
export interface TransformContext {
  /** Source of all randomness; lies on the images' device. */
  readonly generator: Generator;
}

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
}

/** Draws the pixel map for a batch of the given sizes. */
export type MakePixelMap = (images: PlacedShape, context: TransformContext) => PixelMap;

/** Sizes of a batch and the device it lies on. */
export interface PlacedShape extends ImageShape {
  readonly device: Device;
}
