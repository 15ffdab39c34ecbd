import { cat, type Module, noGrad, scope, stack, type Tensor } from '@ocelli/torch';
import { inEvaluation } from '../models/inEvaluation.ts';
import type { Observation } from './observation.ts';
import { spreadOver } from './heatMap.ts';
import { type ModelOutput, probabilitiesOf, type Target } from './target.ts';

export interface ScoreCamOptions {
  /** Channels looked at, those with the strongest activations first; each costs a forward pass. @default all */
  maxChannels?: number;
  /** Masked pictures a forward pass. @default 32 */
  batchSize?: number;
}

/**
 * Score-CAM: shows the model the picture through each channel's map, and weights the map by the probability
 * that the class gets. Needs no gradient.
 *
 * `relu(Σ_c p(x ⊙ s(A_c)) · A_c)`, `p` the probability of the class, `s` scaling to 0…1.
 *
 * @param images `(N, 3, H, W)` as the model sees them.
 * @returns `(N, h, w)`.
 * @see Wang et al. 2020, https://arxiv.org/abs/1910.01279
 */
export function scoreCam(
  { activations, classes }: Observation,
  subject: {
    readonly model: Module<Tensor, ModelOutput>;
    readonly images: Tensor;
    readonly target: Target;
  },
  options: ScoreCamOptions = {},
): Tensor {
  const { batchSize = 32, maxChannels = Infinity } = options;
  const { model, images, target } = subject;
  const maps = classes.map((classIndex, row) =>
    scope(() => {
      const [image, own] = [images.narrow(0, row, 1), activations.select(0, row)];
      const channels = strongest(own, maxChannels);
      const weights = cat(
        channels.split(batchSize).map((some) => {
          const masks = spreadOver(image, some);
          const output = inEvaluation(model, () =>
            noGrad(() => model.forward(image.mul(masks.unsqueeze(1)))),
          );
          return probabilitiesOf(output, target).select(1, classIndex);
        }),
      );
      return channels
        .mul(weights.reshape([-1, 1, 1]))
        .sum([0])
        .relu();
    }),
  );
  return stack(maps);
}

function strongest(activations: Tensor, count: number): Tensor {
  const [channels = 0] = activations.shape;
  if (count >= channels) return activations;
  const { indices } = activations.sum([1, 2]).topk(count);
  return activations.indexSelect(0, indices);
}
