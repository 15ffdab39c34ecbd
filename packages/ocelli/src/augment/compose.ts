import { optionError, scope, type Tensor } from '@ocelli/torch';
import { geometric } from './geometric.ts';
import { joinMaps } from './remap.ts';
import type { MakePixelMap, Transform, TransformContext } from './transform.ts';

/**
 * Several transforms as one, applied in the order given; intermediate images are freed at once.
 *
 * Its `settings` list every transform with its own settings, so a record shows what really ran.
 *
 * @throws {OptionError} if the list is empty.
 */
export function compose(transforms: readonly Transform[]): Transform {
  if (transforms.length === 0) {
    throw optionError('compose', 'transforms', 'at least one transform', transforms);
  }
  const steps = joinGeometric(transforms);
  const apply = (images: Tensor, context: TransformContext) =>
    steps.reduce((batch, step) => scope(() => step.apply(batch, context)), images);
  const settings = { transforms: transforms.map(({ name, settings: own }) => ({ name, ...own })) };
  return { name: 'compose', settings, apply };
}

/** Neighbours that only move pixels become one step, which reads and writes each pixel once. */
function joinGeometric(transforms: readonly Transform[]): Transform[] {
  const steps: Transform[] = [];
  for (const transform of transforms) {
    const last = steps.at(-1);
    if (last?.pixelMap === undefined || transform.pixelMap === undefined) steps.push(transform);
    else steps[steps.length - 1] = joined(last.pixelMap, transform.pixelMap);
  }
  return steps;
}

function joined(first: MakePixelMap, second: MakePixelMap): Transform {
  return geometric('joined', {}, (images, context) => {
    const map = first(images, context);
    const [, height = 0] = map.rows.shape;
    const [, width = 0] = map.columns.shape;
    return joinMaps(map, second({ ...images, height, width }, context));
  });
}
