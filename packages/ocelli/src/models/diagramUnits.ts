import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  GELU,
  GhostBatchNorm2d,
  LayerNorm,
  Linear,
  ReLU,
  SiLU,
  Tensor,
} from '@ocelli/torch';
import { Towers } from './towers.ts';
import type { Call } from './trace.ts';
import { Trunk } from './trunk.ts';

/** Calls that are one box. */
export interface DiagramUnit {
  readonly calls: readonly [Call, ...Call[]];
}

/** How calls become boxes where one stands. */
export interface Folding {
  /** Whether blocks are opened there. */
  readonly opens: boolean;
  /** Whether every layer is a box of its own. */
  readonly single: boolean;
}

/** The calls inside one, those together that are one box. */
export function diagramUnits(call: Call, folding: Folding): DiagramUnit[] {
  const units: [Call, ...Call[]][] = [];
  for (const inner of call.inner) {
    const unit = units.at(-1);
    if (unit !== undefined && !folding.single && joins(unit, inner, folding)) unit.push(inner);
    else units.push([inner]);
  }
  return units.map((calls) => ({ calls }));
}

/** Whether a call is drawn as what is inside it. */
export function isUnfolded({ module, inner }: Call, { opens }: Folding): boolean {
  if (inner.length === 0) return false;
  return opens || module instanceof Trunk || module instanceof Towers;
}

function joins(unit: readonly [Call, ...Call[]], next: Call, folding: Folding): boolean {
  const last = unit.at(-1);
  if (last === undefined || next.input !== last.output || isUnfolded(next, folding)) return false;
  const [first] = unit;
  if (first.inner.length > 0) return isSame(first, next);
  return next.inner.length === 0 && isSmall(next.module) && isLayer(first.module);
}

/** Blocks of one kind that give maps of one shape. */
function isSame(a: Call, b: Call): boolean {
  const alike = a.module.constructor === b.module.constructor && a.module !== b.module;
  const same = a.output instanceof Tensor && b.output instanceof Tensor;
  return alike && same && String(a.output.shape) === String(b.output.shape) && b.inner.length > 0;
}

const norms = [BatchNorm1d, BatchNorm2d, GhostBatchNorm2d, LayerNorm];
const small = [...norms, ReLU, SiLU, GELU, Dropout];
const layers = [...norms, Conv2d, Linear];

function isSmall(module: unknown): boolean {
  return small.some((Class) => module instanceof Class);
}

function isLayer(module: unknown): boolean {
  return layers.some((Class) => module instanceof Class);
}
