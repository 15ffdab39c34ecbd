import { zerosLike } from '../create.ts';
import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
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

/** How a class of the family weakens weights. */
export interface Decay {
  /** Factor of each parameter before its step. */
  readonly keep: number;
  /** Factor of a parameter that is added to its gradient. */
  readonly penalty: number;
}

/** What Adam and AdamW share: steps along the mean gradient over the root of the mean square. */
export abstract class AdamOptimizer extends Optimizer<AdamOptions, AdamState> {
  protected abstract decay(group: ParamGroup<AdamOptions>): Decay;

  /**
   * `g = ±grad + penalty·p`, `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`,
   * `p ← keep·p − lr/(1 − β₁ᵗ) · m / (√(v/(1 − β₂ᵗ)) + eps)`, on a CPU in one pass over the memory:
   * `ocelli::adam_step_`. It takes numerator and denominator of the last fraction multiplied by
   * `√(1 − β₂ᵗ)`.
   */
  protected override update({ params, grads }: ParamBatch, group: ParamGroup<AdamOptions>): void {
    const { lr, eps, amsgrad, maximize } = group;
    const [beta1, beta2] = group.betas;
    const states = params.map((param) => this.stateOf(param, () => freshState(param)));
    for (const state of states) state.step += 1;
    const means = states.map((state) => state.expAvg);
    const squares = states.map((state) => state.expAvgSq);
    const largest = amsgrad ? states.map(largestOf) : [];
    const corrections = states.map(({ step }) => Math.sqrt(1 - beta2 ** step));
    const factors = states.map(
      ({ step }, index) => (-lr * (corrections[index] as number)) / (1 - beta1 ** step), // one a state
    );
    const epsilons = corrections.map((correction) => eps * correction);
    const { keep, penalty } = this.decay(group);
    const numbers = [factors, epsilons, beta1, beta2, keep, penalty] as const;
    adapt(params, grads, means, squares, largest, ...numbers, maximize);
  }
}

function freshState(param: Tensor): AdamState {
  return { step: 0, expAvg: zerosLike(param).keep(), expAvgSq: zerosLike(param).keep() };
}

function largestOf(state: AdamState): Tensor {
  return (state.maxExpAvgSq ??= zerosLike(state.expAvgSq).keep());
}

const adapt = operator('ocelli::adam_step_');
