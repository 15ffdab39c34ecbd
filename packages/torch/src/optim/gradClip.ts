import { noGrad } from '../autograd.ts';
import { stack, zeros } from '../create.ts';
import { OcelliError } from '../errors.ts';
import { scope } from '../memory.ts';
import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import { normEach } from './foreach.ts';

/** How the length of gradients is limited. */
export interface ClipGradNormOptions {
  /** Order of the norm; `Infinity` for the largest absolute value. @default 2 */
  normType?: number;
  /** Throw when the norm is not finite, before any gradient is changed. @default false */
  errorIfNonfinite?: boolean;
}

const vectorNorm: (tensor: Tensor, ord: number) => Tensor = operator('aten::linalg_vector_norm');

/**
 * Scales all gradients, in place, by the same factor, so that their common norm is at most `maxNorm`.
 *
 * @param maxNorm above 0.
 * @returns the norm before, without dimensions, on the first gradient's device. Reading it waits for
 *   the device; clipping does not, unless `errorIfNonfinite`.
 * @throws {OptionError} if `maxNorm` or `normType` is not above 0, or an option is unknown.
 * @throws {OcelliError} with code `NONFINITE`, if asked for.
 * @example
 * loss.backward();
 * clipGradNorm(model.parameters(), 1);
 * optimizer.step();
 */
export function clipGradNorm(
  params: Iterable<Tensor>,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor {
  const check = new OptionCheck('clipGradNorm');
  const known = ['normType', 'errorIfNonfinite'] as const;
  const { normType = 2, errorIfNonfinite = false } = check.read(options, known);
  check.positive('maxNorm', maxNorm);
  if (normType !== Infinity) check.positive('normType', normType);
  check.flag('errorIfNonfinite', errorIfNonfinite);
  return noGrad(() =>
    scope(() => {
      const grads = gradsOf(params);
      const total = totalNorm(grads, normType);
      if (errorIfNonfinite) refuseNonfinite(total);
      const factor = total.add(1e-6).pow(-1).mul(maxNorm).clamp({ max: 1 });
      for (const grad of grads) grad.mul_(factor.to({ device: grad.device, dtype: grad.dtype }));
      return total;
    }),
  );
}

/**
 * Limits every element of every gradient, in place, to ±`maxValue`.
 *
 * @throws {OptionError} if `maxValue` is not above 0.
 */
export function clipGradValue(params: Iterable<Tensor>, maxValue: number): void {
  new OptionCheck('clipGradValue').positive('maxValue', maxValue);
  noGrad(() =>
    scope(() => {
      for (const grad of gradsOf(params)) grad.clamp_({ min: -maxValue, max: maxValue });
    }),
  );
}

function gradsOf(params: Iterable<Tensor>): Tensor[] {
  const grads = Array.from(params, (param) => param.grad);
  return grads.filter((grad) => grad !== undefined);
}

/** The norm of the norms is the norm of all elements, whatever the order. */
function totalNorm(grads: readonly Tensor[], normType: number): Tensor {
  const [first] = grads;
  if (first === undefined) return zeros([]);
  const { device, dtype } = first;
  const norms = normEach(grads, normType).map((norm) => norm.to({ device, dtype }));
  return vectorNorm(stack(norms), normType);
}

function refuseNonfinite(total: Tensor): void {
  const norm = total.item();
  if (Number.isFinite(norm)) return;
  throw new OcelliError(
    'NONFINITE',
    `clipGradNorm: expected the norm of the gradients to be finite, got ${norm}. Lower the learning rate, or look for what made the loss overflow.`,
  );
}
