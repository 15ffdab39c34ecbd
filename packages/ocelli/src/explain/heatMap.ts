import { resize, type Tensor, where, zerosLike } from '@ocelli/torch';

/**
 * Scales every map to 0…1: its smallest value becomes 0, its largest 1. A map that is the same everywhere
 * says nothing about places and becomes 0, as does one that is not finite.
 *
 * @param maps `(N, h, w)`.
 */
export function scaled(maps: Tensor): Tensor {
  const low = maps.amin([1, 2], { keepdim: true });
  const range = maps.amax([1, 2], { keepdim: true }).sub(low);
  const ratio = maps.sub(low).div(range);
  const isTelling = range.gt(0).logicalAnd(range.isFinite()).expand(maps.shape);
  return where(isTelling, ratio, zerosLike(maps));
}

/**
 * Maps of a layer brought to the size of the pictures, bilinear, and scaled to 0…1.
 *
 * @param images `(N, 3, H, W)`, for the size alone.
 * @param maps `(M, h, w)`.
 * @returns `(M, H, W)`.
 */
export function spreadOver(images: Tensor, maps: Tensor): Tensor {
  const [, , height = 0, width = 0] = images.shape;
  return scaled(resize(maps.unsqueeze(1), [height, width]).squeeze(1));
}
