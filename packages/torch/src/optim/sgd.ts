import { zerosLike } from '../create.ts';
import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import { addEach_, scaleEach_ } from './foreach.ts';
import { Optimizer, type OptimizerKind } from './optimizer.ts';
import type { OptimizedParams, ParamBatch, ParamGroup } from './paramGroup.ts';

/** What {@link SGD} is told, by PyTorch's names. */
export interface SGDOptions {
  /** Learning rate: the factor of each step. */
  lr: number;
  /** Share of the last direction that stays in the next one; 0 keeps no buffer. @default 0 */
  momentum?: number;
  /** Share of the gradient that stays out of the buffer, except at its first step. @default 0 */
  dampening?: number;
  /** Look ahead: step along the gradient plus `momentum` times the new buffer. @default false */
  nesterov?: boolean;
  /** Added to the gradient, times the parameter (L2 penalty). @default 0 */
  weightDecay?: number;
  /** Climb instead of descend. @default false */
  maximize?: boolean;
}

interface SGDState {
  [name: string]: Tensor | undefined;
  momentumBuffer?: Tensor;
}

const nesterovRule = 'false unless momentum is above 0 and dampening is 0';

function resolve(options: SGDOptions): Required<SGDOptions> {
  const check = new OptionCheck('SGD');
  const {
    momentum = 0,
    dampening = 0,
    nesterov = false,
    ...rest
  } = check.read(options, ['lr', 'momentum', 'dampening', 'nesterov', 'weightDecay', 'maximize']);
  const { lr, weightDecay = 0, maximize = false } = rest;
  if (nesterov && dampening !== 0) throw check.error('nesterov', nesterovRule, nesterov);
  return {
    lr: check.number('lr', lr, [0]),
    momentum: check.number('momentum', momentum, [0]),
    dampening: check.number('dampening', dampening, []),
    nesterov: check.flag('nesterov', nesterov),
    weightDecay: check.number('weightDecay', weightDecay, [0]),
    maximize: check.flag('maximize', maximize),
  };
}

/** A schedule may pass by a momentum of 0, which leaves a step without Nesterov; nothing begins like that. */
function refuseNesterovAlone({ nesterov, momentum }: Required<SGDOptions>): void {
  if (!nesterov || momentum > 0) return;
  throw new OptionCheck('SGD').error('nesterov', nesterovRule, nesterov);
}

const kind: OptimizerKind<SGDOptions> = {
  name: 'SGD',
  resolve,
  checkGiven: refuseNesterovAlone,
  state: { required: [], optional: ['momentumBuffer'] },
};

/**
 * Stochastic gradient descent with momentum, as in PyTorch.
 *
 * `d = grad + weightDecay·p`, `b ← momentum·b + (1 − dampening)·d` (at first `b = d`),
 * `p ← p − lr·b`, or with `nesterov` `p ← p − lr·(d + momentum·b)`.
 *
 * With momentum, one pass over the memory on a CPU: `ocelli::sgd_step_`.
 *
 * @example
 * const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true });
 */
export class SGD extends Optimizer<SGDOptions, SGDState> {
  constructor(params: OptimizedParams<SGDOptions>, options: SGDOptions) {
    super(kind, params, options);
  }

  protected override update(batch: ParamBatch, group: ParamGroup<SGDOptions>): void {
    if (group.momentum === 0) addGradients(batch, group);
    else for (const part of this.#withBuffers(batch)) addMomentum(part, group);
  }

  /** The parameters that make their first step, and the others; mostly one of the two is empty. */
  #withBuffers({ params, grads }: ParamBatch): Momentum[] {
    const first: Momentum = { isFirst: true, params: [], grads: [], buffers: [] };
    const later: Momentum = { isFirst: false, params: [], grads: [], buffers: [] };
    for (const [index, param] of params.entries()) {
      const state = this.stateOf(param, () => ({}));
      const part = state.momentumBuffer === undefined ? first : later;
      part.params.push(param);
      part.grads.push(grads[index] as Tensor); // one for each parameter
      part.buffers.push((state.momentumBuffer ??= zerosLike(param).keep()));
    }
    return [first, later].filter((part) => part.params.length > 0);
  }
}

interface Momentum {
  readonly isFirst: boolean;
  readonly params: Tensor[];
  readonly grads: Tensor[];
  readonly buffers: Tensor[];
}

/** `p ← p − lr·(sign·grad + weightDecay·p)`. */
function addGradients(
  { params, grads }: ParamBatch,
  { lr, weightDecay, maximize }: ParamGroup<SGDOptions>,
): void {
  if (weightDecay !== 0) scaleEach_(params, 1 - lr * weightDecay);
  addEach_(params, grads, maximize ? lr : -lr);
}

function addMomentum(part: Momentum, group: ParamGroup<SGDOptions>): void {
  const { isFirst, params, grads, buffers } = part;
  const { lr, momentum, dampening, nesterov, weightDecay, maximize } = group;
  const share = isFirst ? 1 : 1 - dampening; // buffers are 0 at first
  descend(params, grads, buffers, lr, momentum, share, weightDecay, nesterov, maximize);
}

const descend = operator('ocelli::sgd_step_');
