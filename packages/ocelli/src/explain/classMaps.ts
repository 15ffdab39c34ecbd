import { noGrad, optionError, stack, type Tensor } from '@ocelli/torch';
import { inEvaluation } from '../models/inEvaluation.ts';
import { forwardWithMaps } from './layers.ts';
import type { Subject } from './subject.ts';
import { chosenScores, logitsOf } from './target.ts';

/** How far means and logits may be apart, as a share of the largest logit. */
const tolerance = 1e-4;

/**
 * The map that a head itself makes for the explained class, where its logits are the means of such maps:
 * heads that end in a 1×1 convolution and a global average.
 *
 * @returns `(N, h, w)`, 0 where nothing speaks for the class.
 * @throws {OptionError} if no layer gives maps whose means are the logits.
 */
export function classMaps({ model, images, target }: Subject): Tensor {
  return noGrad(() =>
    inEvaluation(model, () => {
      const { output, maps } = forwardWithMaps(model, images);
      const logits = logitsOf(output, target.head);
      const { classes } = chosenScores(output, target);
      const own = [...maps.values()].findLast((map) => areMeans(logits, map));
      if (own === undefined) throw noClassMaps(target.head);
      return stack(classes.map((index, row) => own.select(0, row).select(0, index))).relu();
    }),
  );
}

function areMeans(logits: Tensor, map: Tensor): boolean {
  if (map.shape[1] !== logits.shape[1]) return false;
  const apart = Number(map.mean([2, 3]).sub(logits).abs().max().item());
  return apart <= tolerance * Math.max(1e-6, Number(logits.abs().max().item()));
}

function noClassMaps(head: string | undefined) {
  const rule = 'left to heads that end in a map for every class and its mean';
  const remedy = 'Use grad-cam, which looks at any layer.';
  return optionError('explain', 'class-map', rule, head ?? 'another head', remedy);
}
