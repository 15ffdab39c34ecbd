import type { ColourMap } from './colourMap.ts';

/** How a map is laid over its picture. */
export interface OverlayOptions {
  readonly colours: ColourMap;
  /** Weight of the colours beside the picture, 0 to 1. */
  readonly opacity: number;
  /**
   * `blend` mixes colours and picture. `add` adds the colours to the picture and divides by the brightest
   * channel, as the first published overlays did: the picture stays visible everywhere.
   */
  readonly mode: 'blend' | 'add';
}

/**
 * A heat map over its picture.
 *
 * @param pixels RGB bytes, row by row, `(H, W, 3)`.
 * @param map one value of 0 to 1 a pixel, row by row.
 * @returns RGB bytes of the same size.
 */
export function overlay(
  pixels: Uint8Array,
  map: ArrayLike<number>,
  options: OverlayOptions,
): Uint8Array {
  const { colours, opacity, mode } = options;
  const share = mode === 'blend' ? 1 - opacity : 1;
  const sums = new Float64Array(pixels.length);
  for (let pixel = 0; pixel < map.length; pixel++) {
    for (const [channel, colour] of colours(map[pixel] ?? 0).entries()) {
      const at = 3 * pixel + channel;
      sums[at] = opacity * colour + share * (pixels[at] ?? 0);
    }
  }
  const brightest = mode === 'add' ? sums.reduce((a, b) => Math.max(a, b), 1) : 255;
  return Uint8Array.from(sums, (sum) => Math.round((255 * sum) / brightest));
}
