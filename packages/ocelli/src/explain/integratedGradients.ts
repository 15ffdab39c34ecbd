import { OptionCheck, scope, type Tensor, zerosLike } from '@ocelli/torch';
import { pixelGradients, type Subject, withFixedClasses } from './subject.ts';

/** How the way from the baseline to the picture is cut into steps. */
export interface IntegratedGradientsOptions {
  /** Points on the way from the baseline to the picture; each costs a forward and a backward pass. @default 32 */
  steps?: number;
  /** The picture without information, `(3, H, W)` or broadcastable. @default 0, the mean colour of the training pictures */
  baseline?: Tensor;
}

/**
 * Integrated gradients: gradients on the straight way from a baseline to the picture, times what the
 * picture adds to the baseline. Summed over all pixels they are the difference of the two logits.
 *
 * `(x − b) · Σ_k ∂f(b + (k − ½)/m · (x − b)) / m`, the midpoint rule.
 *
 * @returns signed attribution of every pixel, colours summed, `(N, H, W)`.
 * @throws {OptionError} if `steps` is no positive integer.
 * @see Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365
 */
export function integratedGradients(
  subject: Subject,
  options: IntegratedGradientsOptions = {},
): Tensor {
  const check = new OptionCheck('integratedGradients');
  check.read(options, ['steps', 'baseline']);
  const steps = check.integer('steps', options.steps ?? 32, 1);
  const { images } = subject;
  const fixed = withFixedClasses(subject);
  return scope(() => {
    const baseline = options.baseline ?? zerosLike(images);
    const way = images.sub(baseline);
    const total = zerosLike(images);
    for (let step = 0; step < steps; step++) {
      const point = baseline.add(way.mul((step + 0.5) / steps));
      scope(() => void total.add_(pixelGradients({ ...fixed, images: point })));
    }
    return way.mul(total).div(steps).sum([1]);
  });
}
