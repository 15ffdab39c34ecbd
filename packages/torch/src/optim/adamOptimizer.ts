import { zerosLike } from '../create.ts';
import { OptionCheck } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import {
  addEach_,
  addNumbers_,
  addProducts_,
  addQuotients_,
  maximumEach_,
  scaleEach_,
  sqrtEach,
} from './foreach.ts';
import { Optimizer, type OptimizerKind } from './optimizer.ts';
import type { ParamBatch, ParamGroup } from './paramGroup.ts';

export interface AdamOptions {
  /** Learning rate. @default 1e-3 */
  lr?: number;
  /** Share that the running means of gradient and squared gradient keep. @default [0.9, 0.999] */
  betas?: readonly [number, number];
  /** Added to the root of the mean square, against division by 0. @default 1e-8 */
  eps?: number;
  /** Strength of the decay; what it does differs between the classes. @default Adam 0, AdamW 0.01 */
  weightDecay?: number;
  /** Divide by the largest mean square so far instead of the present one. @default false */
  amsgrad?: boolean;
  /** Climb instead of descend. @default false */
  maximize?: boolean;
}

/** What Adam remembers of a parameter. */
interface AdamState {
  [name: string]: Tensor | number | undefined;
  /** Steps that this parameter has made. */
  step: number;
  /** Running mean of the gradient. */
  expAvg: Tensor;
  /** Running mean of the squared gradient. */
  expAvgSq: Tensor;
  /** Largest of those means so far, with `amsgrad`. */
  maxExpAvgSq?: Tensor;
}

/** The facts of a class of the family; they differ in the default of `weightDecay`. */
export function adamKind(name: string, defaultDecay: number): OptimizerKind<AdamOptions> {
  return {
    name,
    resolve: (options) => resolve(options, defaultDecay, new OptionCheck(name)),
    state: { required: ['step', 'expAvg', 'expAvgSq'], optional: ['maxExpAvgSq'] },
  };
}

function resolve(
  options: AdamOptions,
  defaultDecay: number,
  check: OptionCheck,
): Required<AdamOptions> {
  const known = ['lr', 'betas', 'eps', 'weightDecay', 'amsgrad', 'maximize'] as const;
  const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, ...rest } = check.read(options, known);
  const { weightDecay = defaultDecay, amsgrad = false, maximize = false } = rest;
  const isShare = (beta: unknown): boolean => typeof beta === 'number' && beta >= 0 && beta < 1;
  if (!Array.isArray(betas) || betas.length !== 2 || !betas.every(isShare)) {
    throw check.error('betas', 'two numbers from 0 to below 1', betas);
  }
  return {
    lr: check.number('lr', lr, [0]),
    betas,
    eps: check.number('eps', eps, [0]),
    weightDecay: check.number('weightDecay', weightDecay, [0]),
    amsgrad: check.flag('amsgrad', amsgrad),
    maximize: check.flag('maximize', maximize),
  };
}

/** What Adam and AdamW share: steps along the mean gradient over the root of the mean square. */
export abstract class AdamOptimizer extends Optimizer<AdamOptions, AdamState> {
  /**
   * `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`,
   * `p ← p − lr/(1 − β₁ᵗ) · m / (√(v/(1 − β₂ᵗ)) + eps)`, where `g` is `sign` times the gradient.
   */
  protected adapt(batch: ParamBatch, group: ParamGroup<AdamOptions>, sign: 1 | -1): void {
    const { params, grads } = batch;
    const [beta1, beta2] = group.betas;
    const states = params.map((param) => this.stateOf(param, () => freshState(param)));
    for (const state of states) state.step += 1;
    const means = states.map((state) => state.expAvg);
    const squares = states.map((state) => state.expAvgSq);
    scaleEach_(means, beta1);
    addEach_(means, grads, sign * (1 - beta1));
    scaleEach_(squares, beta2);
    addProducts_(squares, grads, grads, 1 - beta2);
    const bounds = group.amsgrad ? largest(params, states, squares) : squares;
    descend(params, means, sqrtEach(bounds), { group, states });
  }
}

function freshState(param: Tensor): AdamState {
  return { step: 0, expAvg: zerosLike(param).keep(), expAvgSq: zerosLike(param).keep() };
}

function largest(
  params: readonly Tensor[],
  states: readonly AdamState[],
  squares: readonly Tensor[],
): Tensor[] {
  const maxima = states.map((state, index) => {
    return (state.maxExpAvgSq ??= zerosLike(params[index] as Tensor).keep()); // one state a parameter
  });
  maximumEach_(maxima, squares);
  return maxima;
}

/**
 * The last line of the rule with numerator and denominator multiplied by `√(1 − β₂ᵗ)`, which saves
 * a pass over the memory. `roots` are overwritten.
 */
// eslint-disable-next-line max-params
function descend(
  params: readonly Tensor[],
  means: readonly Tensor[],
  roots: readonly Tensor[],
  { group, states }: { group: ParamGroup<AdamOptions>; states: readonly AdamState[] },
): void {
  const { lr, eps } = group;
  const [beta1, beta2] = group.betas;
  const rootCorrections = states.map(({ step }) => Math.sqrt(1 - beta2 ** step));
  const factors = states.map(({ step }, index) => {
    return (-lr * (rootCorrections[index] as number)) / (1 - beta1 ** step); // one a state
  });
  addNumbers_(roots, rootCorrections.map((correction) => eps * correction)); // prettier-ignore
  addQuotients_(params, means, roots, factors);
}
