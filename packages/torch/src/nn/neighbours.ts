import type { AfterBatchNorm } from '../functional/normalization.ts';
import type { Tensor } from '../tensor.ts';
import { GELU, ReLU, SiLU } from './activation.ts';
import { BatchNorm2d } from './batchNorm.ts';
import { Conv2d } from './conv.ts';
import type { Module } from './module.ts';
import { MaxPool2d } from './pooling.ts';

/** Neighbours that are computed as one. */
interface Joined {
  /** How many of the modules it stands for. */
  readonly count: number;
  readonly forward: (input: Tensor) => Tensor;
}

/**
 * Applies modules one after the other. A batch norm is computed together with a convolution before it,
 * and with an activation (ReLU, SiLU, exact GELU) and a halving max pool after it: the same numbers up
 * to rounding, in fewer passes over memory. Modules that a hook watches or that have a `forward` of their
 * own, and subclasses, stand alone.
 */
export function forwardInTurn(modules: readonly Module[], input: Tensor): Tensor {
  let output = input;
  for (let at = 0; at < modules.length;) {
    const joined = joinedAt(modules, at);
    output = (joined ?? (modules[at] as Module)).forward(output);
    at += joined?.count ?? 1;
  }
  return output;
}

function joinedAt(modules: readonly Module[], at: number): Joined | undefined {
  const conv = plain(modules[at], Conv2d);
  const norm = plain(modules[conv === undefined ? at : at + 1], BatchNorm2d);
  if (norm === undefined) return undefined;
  let end = conv === undefined ? at + 1 : at + 2;
  const activation = activationOf(modules[end]);
  if (activation !== undefined) end++;
  const pool = plain(modules[end], MaxPool2d)?.halves === true;
  if (pool) end++;
  const after: AfterBatchNorm = { ...(activation && { activation }), pool };
  return {
    count: end - at,
    forward: (input) =>
      conv === undefined ? norm.forward(input, after) : norm.forwardConvolved(conv, input, after),
  };
}

function activationOf(module: Module | undefined): AfterBatchNorm['activation'] {
  if (plain(module, ReLU)) return 'relu';
  if (plain(module, SiLU)) return 'silu';
  return plain(module, GELU)?.approximate === 'none' ? 'gelu' : undefined;
}

/** The module if it is of this very class and computes as that does; a hook is a `forward` of its own. */
function plain<M extends Module>(
  module: Module | undefined,
  Class: new (...args: never[]) => M,
): M | undefined {
  const is =
    module !== undefined && module.constructor === Class && !Object.hasOwn(module, 'forward');
  return is ? (module as M) : undefined;
}
