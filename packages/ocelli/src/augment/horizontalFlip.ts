import { OptionCheck, rand } from '@ocelli/torch';
import { geometric } from './geometric.ts';
import { checkProbability } from './probability.ts';
import { positions } from './remap.ts';
import type { PlacedShape, Transform, TransformContext } from './transform.ts';

/** How often images are mirrored. */
export interface HorizontalFlipOptions {
  /** Chance of each image to be mirrored, above 0 and at most 1. @default 0.5 */
  probability?: number;
}

/**
 * Mirrors images left to right, each with its own toss.
 *
 * @throws {OptionError} if `probability` is not above 0 and at most 1.
 */
export function horizontalFlip(options: HorizontalFlipOptions = {}): Transform {
  const check = new OptionCheck('horizontalFlip');
  const { probability = 0.5 } = check.read(options, ['probability']);
  checkProbability(check, probability);
  const pixelMap = (images: PlacedShape, { generator }: TransformContext) => {
    const { count, height, width, device } = images;
    const flipped = rand([count, 1], { device, generator }).lt(probability);
    const straight = positions(width, images);
    return {
      rows: positions(height, images).expand([count, -1]),
      columns: straight
        .neg()
        .add_(width - 1)
        .where(flipped, straight),
    };
  };
  return geometric('horizontalFlip', { probability }, pixelMap);
}
