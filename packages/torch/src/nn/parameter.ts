import { noGrad } from '../autograd.ts';
import { isFloatingPoint } from '../dtype.ts';
import { DTypeError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';

declare const parameterMark: unique symbol;

/**
 * A tensor that an optimizer may change: a leaf of the graph of gradients that belongs to a module.
 * The mark exists only in the types, so that an ordinary tensor cannot be registered by mistake.
 */
export type Parameter = Tensor & { readonly [parameterMark]: true };

/**
 * Makes a tensor into a parameter: the same memory, cut off from the graph it came from.
 *
 * @param options.requiresGrad whether `backward()` shall compute its gradient. @default true
 * @throws {DTypeError} if `data` is neither floating point nor complex.
 */
export function parameter(
  data: Tensor,
  { requiresGrad = true }: { requiresGrad?: boolean } = {},
): Parameter {
  if (!isFloatingPoint(data.dtype)) {
    const rule = 'expected data to be floating point or complex';
    throw new DTypeError(`parameter: ${rule}, got ${data.dtype}. Register a buffer instead.`);
  }
  const leaf = noGrad(() => data.detach());
  leaf.requiresGrad = requiresGrad;
  return leaf as Parameter; // the only place where the mark is given
}
