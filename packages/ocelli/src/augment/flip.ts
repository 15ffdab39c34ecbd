import type { Tensor } from '@ocelli/torch';
import { affineMatrix } from './affine.ts';
import { geometric } from './geometric.ts';
import { positions } from './remap.ts';
import type { Transform } from './transform.ts';
import type { PlacedShape, TransformContext } from './transformContext.ts';

/** `(N)` bool: which images are mirrored. */
export type ChooseFlipped = (images: PlacedShape, context: TransformContext) => Tensor;

/** A transform that mirrors the chosen images along one axis. */
export function flipped(
  facts: Pick<Transform, 'name' | 'settings' | 'disturbs'>,
  axis: 'horizontal' | 'vertical',
  choose: ChooseFlipped,
): Transform {
  const pixelMap = (images: PlacedShape, context: TransformContext) => {
    const { count, height, width } = images;
    const chosen = choose(images, context).unsqueeze(1);
    const [rows, columns] = [positions(height, images), positions(width, images)];
    if (axis === 'vertical') {
      return { rows: mirrored(rows, chosen), columns: columns.expand([count, -1]) };
    }
    return { rows: rows.expand([count, -1]), columns: mirrored(columns, chosen) };
  };
  const matrices = (images: PlacedShape, context: TransformContext) => {
    const sign = choose(images, context).to({ dtype: 'float32' }).mul_(-2).add_(1);
    const [x, y] = axis === 'vertical' ? [1, sign] : [sign, 1];
    return affineMatrix(images, [x, 0, 0, 0, y, 0]);
  };
  return { ...geometric(facts.name, facts.settings, pixelMap), ...facts, affine: { matrices } };
}

function mirrored(straight: Tensor, chosen: Tensor): Tensor {
  const [, length = 0] = straight.shape;
  return straight
    .neg()
    .add_(length - 1)
    .where(chosen, straight);
}
