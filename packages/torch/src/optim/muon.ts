import { zerosLike } from '../create.ts';
import { optionError } from '../errors.ts';
import { OptionCheck } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { addEach, addEach_, scaleEach_ } from './foreach.ts';
import { Optimizer, type OptimizerKind } from './optimizer.ts';
import { type Coefficients, orthogonalize, type OrthogonalizeDType } from './orthogonalize.ts';
import type { OptimizedParams, ParamBatch, ParamGroup, ParamGroupOptions } from './paramGroup.ts';

/** What {@link Muon} is told; the defaults are those of its publication. */
export interface MuonOptions {
  /** Learning rate: the singular values of each step are about this large. */
  lr: number;
  /** Share of the buffer that stays at each step. @default 0.95 */
  momentum?: number;
  /** Look ahead: use the gradient plus `momentum` times the new buffer. @default true */
  nesterov?: boolean;
  /** Newton-Schulz iterations that orthogonalize each step. @default 5 */
  nsSteps?: number;
  /** `a`, `b`, `c` of the iteration `X ← a·X + b·(XXᵀ)X + c·(XXᵀ)²X`. @default [3.4445, -4.775, 2.0315] */
  coefficients?: Coefficients;
  /** Element type of the iteration. @default 'float32' */
  nsDtype?: OrthogonalizeDType;
  /** Before each step, scale each parameter to the norm √rows. @default false */
  normalizeFilters?: boolean;
  /** Each step also multiplies by `1 − lr·weightDecay`. @default 0 */
  weightDecay?: number;
}

interface MuonState {
  [name: string]: Tensor;
  momentumBuffer: Tensor;
}

function resolve(options: MuonOptions): Required<MuonOptions> {
  const check = new OptionCheck('Muon');
  const {
    lr,
    momentum = 0.95,
    nesterov = true,
    nsSteps = 5,
    ...rest
  } = check.read(options, [
    'lr',
    'momentum',
    'nesterov',
    'nsSteps',
    'coefficients',
    'nsDtype',
    'normalizeFilters',
    'weightDecay',
  ]);
  const { coefficients = [3.4445, -4.775, 2.0315], nsDtype = 'float32' } = rest;
  const { normalizeFilters = false, weightDecay = 0 } = rest;
  if (coefficients.length !== 3 || !coefficients.every(Number.isFinite)) {
    throw check.error('coefficients', 'three numbers', coefficients);
  }
  return {
    lr: check.number('lr', lr, [0]),
    momentum: check.number('momentum', momentum, [0, 1]),
    nesterov: check.flag('nesterov', nesterov),
    nsSteps: check.integer('nsSteps', nsSteps, 1),
    coefficients,
    nsDtype: check.oneOf('nsDtype', nsDtype, ['float32', 'bfloat16', 'float64']),
    normalizeFilters: check.flag('normalizeFilters', normalizeFilters),
    weightDecay: check.number('weightDecay', weightDecay, [0]),
  };
}

const kind: OptimizerKind<MuonOptions> = {
  name: 'Muon',
  resolve,
  state: { required: ['momentumBuffer'], optional: [] },
};

/**
 * Momentum whose steps are orthogonalized: every direction of a weight matrix moves equally far.
 *
 * `b ← momentum·b + grad`, `p ← p − lr·orthogonalize(grad + momentum·b)`, each parameter seen as a
 * matrix of its first dimension by all others: a filter of a convolution is a row.
 *
 * For matrices and filters only; give biases, batch norms and the last layer to `SGD` or `AdamW`.
 *
 * @throws {OptionError} if a parameter has fewer than 2 dimensions.
 * @see Jordan et al. 2024, https://kellerjordan.github.io/posts/muon
 * @example
 * const optimizer = new Muon(filters, { lr: 0.24, momentum: 0.6, nsSteps: 3, normalizeFilters: true });
 */
export class Muon extends Optimizer<MuonOptions, MuonState> {
  constructor(params: OptimizedParams<MuonOptions>, options: MuonOptions) {
    super(kind, params, options);
  }

  override addParamGroup(group: ParamGroupOptions<MuonOptions>): void {
    const params = [...group.params];
    for (const [index, { dim, shape }] of params.entries()) {
      if (dim >= 2) continue;
      const hint = 'Give such parameters to SGD or AdamW.';
      throw optionError('Muon', `params[${index}]`, 'of 2 or more dimensions', shape, hint);
    }
    super.addParamGroup({ ...group, params });
  }

  protected override update(batch: ParamBatch, group: ParamGroup<MuonOptions>): void {
    const { params, grads } = batch;
    const { lr, momentum, nesterov, weightDecay, normalizeFilters } = group;
    const buffers = params.map((param) => this.#buffer(param));
    scaleEach_(buffers, momentum);
    addEach_(buffers, grads);
    const directions = nesterov ? addEach(grads, buffers, momentum) : buffers;
    if (normalizeFilters) for (const param of params) normalize_(param);
    if (weightDecay !== 0) scaleEach_(params, 1 - lr * weightDecay);
    const steps = directions.map((direction) => stepAlong(direction, group));
    addEach_(params, steps, -lr);
  }

  #buffer(param: Tensor): Tensor {
    const create = (): MuonState => ({ momentumBuffer: zerosLike(param).keep() });
    return this.stateOf(param, create).momentumBuffer;
  }
}

/** Scales to the norm √rows: that of a matrix whose rows have length 1. */
function normalize_(param: Tensor): void {
  const rows = param.shape[0] as number; // two dimensions at least
  param.div_(param.norm().clamp({ min: 1e-7 }).div(Math.sqrt(rows)));
}

function stepAlong(direction: Tensor, group: ParamGroup<MuonOptions>): Tensor {
  const { nsSteps: steps, coefficients, nsDtype } = group;
  const { shape, dtype } = direction;
  const matrix = direction.reshape([shape[0] as number, -1]).to({ dtype: nsDtype });
  return orthogonalize(matrix, { steps, coefficients }).reshape(shape).to({ dtype });
}
