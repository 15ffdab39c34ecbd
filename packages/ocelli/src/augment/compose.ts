import { optionError, scope, type Tensor } from '@ocelli/torch';
import { fromMatrices, joinAffine } from './affine.ts';
import { fromColourMap, joinColours } from './colourMap.ts';
import { geometric } from './geometric.ts';
import { joinMaps } from './remap.ts';
import type { Transform } from './transform.ts';
import type { MakePixelMap } from './joinableMaps.ts';
import type { TransformContext } from './transformContext.ts';

/**
 * Several transforms as one, applied in the order given; intermediate images are freed at once. Neighbours
 * that move whole pixels, that turn, shift and zoom, or that are matrices on colours become one step each.
 *
 * Its `settings` list every transform with its own settings, so a record shows what really ran.
 *
 * @throws {OptionError} if the list is empty.
 */
export function compose(transforms: readonly Transform[]): Transform {
  if (transforms.length === 0) {
    throw optionError('compose', 'transforms', 'at least one transform', transforms);
  }
  const steps = joinNeighbours(transforms);
  const apply = (images: Tensor, context: TransformContext) =>
    steps.reduce((batch, step) => scope(() => step.apply(batch, context)), images);
  const settings = { transforms: transforms.map(({ name, settings: own }) => ({ name, ...own })) };
  return { name: 'compose', settings, apply, parts: transforms };
}

/** Neighbours of one kind become one step, which reads and writes each pixel once. */
function joinNeighbours(transforms: readonly Transform[]): Transform[] {
  const steps: Transform[] = [];
  for (const transform of transforms) {
    const last = steps.at(-1);
    const joined = last && join(last, transform);
    if (joined === undefined) steps.push(transform);
    else steps[steps.length - 1] = joined;
  }
  return steps;
}

/** Moving whole pixels is exact, so it goes first where a step can do both. */
function join(first: Transform, second: Transform): Transform | undefined {
  const facts = { name: 'joined', settings: {} };
  if (first.pixelMap && second.pixelMap) return joinedMoves(first.pixelMap, second.pixelMap);
  if (first.colour && second.colour && first.colour.white === second.colour.white) {
    return fromColourMap(facts, joinColours(first.colour, second.colour));
  }
  if (!first.affine || !second.affine) return undefined;
  const { matrices, resampling } = joinAffine(first.affine, second.affine) ?? {};
  return matrices && resampling && fromMatrices(facts, { matrices, resampling });
}

function joinedMoves(first: MakePixelMap, second: MakePixelMap): Transform {
  return geometric('joined', {}, (images, context) => {
    const map = first(images, context);
    const [, height = 0] = map.rows.shape;
    const [, width = 0] = map.columns.shape;
    return joinMaps(map, second({ ...images, height, width }, context));
  });
}
