import { cat, eigh, noGrad, optionError, scope, type Tensor, unfold } from '@ocelli/torch';

/** What {@link whiteningFilters} may be told. */
export interface WhiteningOptions {
  /** Side of the patches, in pixels. @default 2 */
  kernelSize?: number;
  /** Added to the variances: directions with less than this are not blown up. @default 5e-4 */
  eps?: number;
}

/**
 * Filters whose answers to the patches of the given pictures are uncorrelated and equally strong.
 *
 * Of the patches' second moments `M = PᵀP / n` every eigenvector divided by `√(eigenvalue + eps)` is
 * one filter, strongest first; their negatives follow, so that an activation loses nothing.
 *
 * @param images float32 `(N, C, H, W)`, normalized as the network will see them.
 * @returns `(2 C·k·k, C, k, k)`.
 * @throws {OptionError} if there are fewer patches than numbers in one.
 * @see D. Page, How to Train Your ResNet 8, https://myrtle.ai/learn/how-to-train-your-resnet-8-bag-of-tricks/
 */
export function whiteningFilters(images: Tensor, options: WhiteningOptions = {}): Tensor {
  const { kernelSize = 2, eps = 5e-4 } = options;
  const [, channels = 0] = images.shape;
  return noGrad(() =>
    scope(() => {
      const patches = unfold(images, kernelSize).transpose(1, 2).flatten(0, 1); // (n, C·k·k)
      const [count = 0, length = 0] = patches.shape;
      if (count < length) {
        throw optionError('whiteningFilters', 'images', `of ${length} patches or more`, count);
      }
      const { values, vectors } = eigh(patches.t().mm(patches).div(count));
      const filters = vectors.div(values.add(eps).sqrt()).t().flip([0]);
      return cat([filters, filters.neg()]).reshape([-1, channels, kernelSize, kernelSize]);
    }),
  );
}
