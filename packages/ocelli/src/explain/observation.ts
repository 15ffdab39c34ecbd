import {
  enableGrad,
  grad,
  type Module,
  type OptionError,
  optionError,
  scope,
  type Tensor,
} from '@ocelli/torch';
import { inEvaluation } from '../models/inEvaluation.ts';
import { explainedLayer, forwardWithMaps } from './layers.ts';
import { type ChosenScores, chosenScores, type ModelOutput, type Target } from './target.ts';

/** What a layer gave for a batch, and how the explained logits depend on it. */
export interface Observation extends ChosenScores {
  /** Path of the layer. */
  readonly layer: string;
  /** `(N, C, h, w)`. */
  readonly activations: Tensor;
  /** Of each picture's logit with respect to its own activations, `(N, C, h, w)`. */
  readonly gradients: Tensor;
}

/**
 * Looks at one layer during a forward pass, and at the gradients there for one target after another:
 * one forward in all, and one backward a target.
 *
 * The model is in evaluation mode meanwhile; its mode, hooks and gradients are as before afterwards.
 *
 * @throws {OptionError} if there is no such layer, head or class, or a head does not come from the layer.
 */
export function observe(
  model: Module<Tensor, ModelOutput>,
  images: Tensor,
  where: { readonly layer?: string | undefined; readonly targets: readonly Target[] },
): Observation[] {
  return scope(() =>
    inEvaluation(model, () =>
      enableGrad(() => {
        // Of the pictures too, so that a frozen model records its layers.
        const { output, maps } = forwardWithMaps(model, images.detach().requiresGrad_());
        const layer = explainedLayer(model, [...maps.keys()], { asked: where.layer, images });
        const activations = maps.get(layer);
        if (activations === undefined) throw new Error(`internal: layer ${layer} did not run`);
        return where.targets.map((target) => {
          const chosen = chosenScores(output, target);
          // Pictures do not depend on one another in evaluation, so the sum's gradient is each one's.
          const [gradients] = grad(chosen.scores.sum(), [activations], {
            retainGraph: true,
            allowUnused: true,
          });
          if (gradients === undefined) throw layerOfAnother(layer, target.head);
          return {
            layer,
            activations: activations.detach(),
            gradients: gradients.detach(),
            scores: chosen.scores.detach(),
            classes: chosen.classes,
          };
        });
      }),
    ),
  );
}

/** A layer that the explained answer does not come from, such as one of another head. */
function layerOfAnother(layer: string, head: string | undefined): OptionError {
  const [answer, remedy] =
    head === undefined ? ['the answer', ''] : [`head ${head}`, 'Name the head with --head.'];
  return optionError('explain', 'layer', `one that ${answer} comes from`, layer, remedy);
}
