import { Generator, tensor, type Tensor } from '@ocelli/torch';
import type { Transform } from '../src/augment/transform.ts';

/** `count` copies of one `(C, H, W)` picture. */
export const copies = (picture: number[][][], count: number) =>
  tensor(picture).unsqueeze(0).repeat([count, 1, 1, 1]);

/** A picture whose pixels are all different: channel · 100 + row · 10 + column. */
export function numbered(height = 4, width = 4, channels = 3): number[][][] {
  return Array.from({ length: channels }, (_, c) =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => 100 * c + 10 * y + x),
    ),
  );
}

/** `(C, H, W)`. */
export type Picture = number[][][];
/** Applies a transform with a new generator. */
export const apply = (transform: Transform, images: Tensor, seed = 0) =>
  transform.apply(images, { generator: new Generator({ seed }) });
/** The images as nested arrays. */
export const pictures = (images: Tensor) => images.toArray() as number[][][][];
