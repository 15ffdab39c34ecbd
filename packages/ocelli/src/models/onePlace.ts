import { Module, ShapeError, type Tensor } from '@ocelli/torch';

/**
 * Class scores from a map that has been averaged to one place: `(N, K, 1, 1)` → `(N, K)`. A map of several
 * places would make as many answers of each class, which no loss can tell from more classes.
 */
export class OnePlace extends Module {
  /** @throws {ShapeError} if the map has several places. */
  forward(map: Tensor): Tensor {
    const [, , height = 1, width = 1] = map.shape;
    if (height * width === 1) return map.flatten(1);
    throw new ShapeError(
      `OnePlace: expected a map of one place, (N, K, 1, 1), got (${map.shape.join(', ')}). ` +
        'The pictures are larger than this network averages over.',
    );
  }
}
