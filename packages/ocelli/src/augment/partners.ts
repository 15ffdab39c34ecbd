import { operator, type OptionCheck, randperm, type Tensor, zeros } from '@ocelli/torch';
import { chooseImages, type Choosing } from './draw.ts';
import type { TransformContext } from './transformContext.ts';

/** What both ways of mixing two images take. */
export interface MixOptions {
  /** Of the distribution Beta(α, α) that shares are drawn from: near 0 hardly a mix, 1 any share. */
  alpha: number;
  /** Chance of each image to be mixed, above 0 and at most 1. @default 1 */
  probability?: number;
}

/** Who is mixed with whom, and how much of each image stays. */
export interface Partners {
  /** int64 `(N)`. */
  readonly partners: Tensor;
  /** float32 `(N)`: 1 for images that are not mixed. */
  readonly share: Tensor;
}

/** @throws {OptionError} if `alpha` is not above 0 and at most 100. */
export function checkAlpha(check: OptionCheck, alpha: number): void {
  if (alpha > 0 && alpha <= 100) return;
  throw check.error('alpha', 'above 0 and at most 100', alpha);
}

/** A random partner in the batch and a share from Beta(α, α) for each image. */
export function drawPartners(
  choosing: Choosing,
  alpha: number,
  context: TransformContext,
): Partners {
  const { count, device } = choosing;
  const { generator } = context;
  const chosen = chooseImages(choosing, context);
  const partners = randperm(count, { device, generator });
  // Beta(a, b) is G(a) / (G(a) + G(b)); a gamma of small shape needs the range of float64.
  const shape = zeros([2, count], { dtype: 'float64', device }).add_(alpha);
  const gammas: Tensor = standardGamma(shape, generator);
  const beta = gammas
    .select(0, 0)
    .div(gammas.sum([0]))
    .to({ dtype: 'float32' });
  return { partners, share: beta.where(chosen, beta.mul(0).add_(1)) };
}

const standardGamma = operator('aten::_standard_gamma');
