import { inspect } from 'node:util';

import type { Device } from './device.ts';
import { type DType, type TypedArray, viewBytes } from './dtype.ts';
import { DeviceError, DTypeError, optionError, ShapeError } from './errors.ts';
import { NativeObject } from './handle.ts';
import { keepForever, track } from './memory.ts';
import { type Handle, native } from './native.ts';
import { exactNumber, nestedArray, type NestedNumbers } from './nestedArray.ts';
import { bind, type Caller, findOperator } from './operator.ts';
import { printTensor } from './print.ts';

/** A number as PyTorch's operators take it; integral ones keep integer tensors integer. */
export type Scalar = number | bigint | boolean;

/** How elements lie in memory; shapes are written `(N, C, H, W)` whatever it is. */
export type MemoryFormat = 'contiguous' | 'channelsLast' | 'preserve';

/** What `Tensor.to` changes; what is left out stays. */
export interface ToOptions {
  dtype?: DType;
  device?: Device;
  memoryFormat?: MemoryFormat;
  /** Copy even when nothing changes. @default false */
  copy?: boolean;
  /**
   * Go on before a copy from pinned memory to a device is done; what is queued there waits for it.
   *
   * @default false
   */
  nonBlocking?: boolean;
}

/** Options of `Tensor.backward`. */
export interface BackwardOptions {
  /** Gradient of the result with respect to this tensor. @default 1, for a tensor of one element */
  gradient?: Tensor;
  /** Keep the graph for another backward pass. @default createGraph */
  retainGraph?: boolean;
  /** Record the backward pass itself, for gradients of gradients. @default false */
  createGraph?: boolean;
  /** Leaves whose `grad` is accumulated, at least one. @default all that were used */
  inputs?: readonly Tensor[];
}

/** Options of reductions. */
export interface ReduceOptions {
  /** Keep reduced dimensions with size 1. @default false */
  keepdim?: boolean;
}

/** Options of variance and standard deviation. */
export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of elements (Bessel's correction). @default 1 */
  correction?: number;
}

/** A part of one dimension; negative indices count from the end. */
export interface SliceOptions {
  start?: number;
  end?: number;
  step?: number;
}

/** Ends a gradient hook. */
export interface HookHandle {
  remove(): void;
}

/**
 * An array of numbers of one dtype on one device, with gradients when asked for.
 *
 * Methods carry PyTorch's names in camelCase and its meaning; those that end in `_` write into this
 * tensor and return it. Errors of libtorch come as `NativeError` with the operator and the shapes.
 */
export class Tensor extends NativeObject {
  constructor(handle: Handle) {
    super(handle);
    track(this);
  }

  /** Size of each dimension. */
  get shape(): readonly number[] {
    return native.shape(this.handle);
  }

  /** Elements to step over in memory to reach the next one of each dimension. */
  get strides(): readonly number[] {
    return native.strides(this.handle);
  }

  /** Number of dimensions. */
  get dim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get numel(): number {
    return native.numel(this.handle);
  }

  get dtype(): DType {
    return native.dtype(this.handle) as DType;
  }

  get device(): Device {
    return native.device(this.handle);
  }

  isContiguous(memoryFormat: MemoryFormat = 'contiguous'): boolean {
    return native.isContiguous(this.handle, memoryFormat);
  }

  /** Whether operations on this tensor are recorded for `backward`. */
  get requiresGrad(): boolean {
    return native.requiresGrad(this.handle);
  }

  set requiresGrad(value: boolean) {
    native.setRequiresGrad(this.handle, value);
  }

  /** Sets `requiresGrad` and returns this tensor. */
  requiresGrad_(value = true): this {
    this.requiresGrad = value;
    return this;
  }

  /** Whether a user, not a recorded operation, made this tensor. */
  get isLeaf(): boolean {
    return native.isLeaf(this.handle);
  }

  /** The gradient that `backward` accumulated, if any. One that is set must be like this tensor. */
  get grad(): Tensor | undefined {
    const handle = native.gradOf(this.handle);
    return handle && new Tensor(handle);
  }

  set grad(gradient: Tensor | undefined) {
    if (gradient !== undefined) refuseMisfit(this, gradient);
    native.setGrad(this.handle, gradient?.handle);
  }

  /**
   * Adds the gradient of this tensor to the `grad` of every leaf that it was computed from.
   *
   * @throws {OptionError} if `inputs` is empty.
   */
  backward(options: BackwardOptions = {}): void {
    const { gradient, createGraph = false, retainGraph = createGraph, inputs } = options;
    if (inputs?.length === 0) {
      const hint = 'Leave it out for all leaves.';
      throw optionError('backward', 'inputs', 'at least one tensor', inputs, hint);
    }
    const handles = (inputs ?? []).map((input) => input.handle); // none: libtorch takes all leaves
    native.backward([this.handle], [gradient?.handle], retainGraph, createGraph, handles);
  }

  /**
   * Calls `hook` with the gradient of this tensor each time one is computed; a tensor that the hook
   * returns takes its place. The hook may not call `backward` itself.
   */
  registerHook(hook: (gradient: Tensor) => Tensor | undefined | void): HookHandle {
    const id = native.addHook(
      this.handle,
      (handle) => (hook(new Tensor(handle)) ?? undefined)?.handle,
    );
    return { remove: () => native.removeHook(id) };
  }

  /** The same elements without the history of how they were computed. */
  detach(): Tensor {
    return op.detach(this);
  }

  /** A copy that is recorded as an operation. */
  clone(options: { memoryFormat?: MemoryFormat } = {}): Tensor {
    return op.clone(this, options.memoryFormat);
  }

  /** Frees this handle now; the tensor itself lives on where libtorch still needs it. */
  dispose(): void {
    native.dispose(this.handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Exempts this tensor from every open `scope`. */
  keep(): this {
    return keepForever(this);
  }

  /** Converts, moves or re-lays; returns this tensor when nothing changes, unless `copy`. */
  to(options: ToOptions): Tensor {
    const { dtype, device, memoryFormat, copy = false, nonBlocking = false } = options;
    return op.to(this, dtype, undefined, device, undefined, nonBlocking, copy, memoryFormat);
  }

  contiguous(options: { memoryFormat?: MemoryFormat } = {}): Tensor {
    return op.contiguous(this, options.memoryFormat);
  }

  /**
   * The only element as a number. Waits for the device.
   *
   * @throws {ShapeError} if there is not exactly one.
   * @throws {DTypeError} if it is complex, or an int64 that has no exact number (beyond 2^53).
   */
  item(): number {
    if (this.numel !== 1) {
      throw new ShapeError(
        `item: expected a tensor of one element, got shape (${this.shape.join(', ')}).`,
      );
    }
    const value = op.item(this) as number | bigint | boolean | { re: number; im: number };
    if (typeof value !== 'object') return exactNumber('item', value);
    throw new DTypeError(
      `item: expected the element to be real, got ${this.dtype}. Take aten.real or aten.imag first.`,
    );
  }

  /**
   * A copy of the elements in row-major order. Waits for the device.
   *
   * float16 and bfloat16 come as Float32Array, bool as Uint8Array.
   */
  toTypedArray(): TypedArray {
    const half = this.dtype === 'float16' || this.dtype === 'bfloat16';
    const host = this.detach().to({ device: 'cpu', ...(half && { dtype: 'float32' }) });
    const rows = host.contiguous();
    return viewBytes(native.toBuffer(rows.handle), rows.dtype);
  }

  /**
   * The elements as nested arrays of numbers, or one number for a tensor without dimensions.
   *
   * @throws {DTypeError} if an int64 element has no exact number (beyond 2^53).
   */
  toArray(): NestedNumbers {
    return nestedArray(this.toTypedArray(), this.shape);
  }

  [inspect.custom](depth: number | null): string {
    return printTensor(this, depth);
  }

  // Elementwise arithmetic; the second operand broadcasts.

  add(other: Tensor | Scalar, options: { alpha?: Scalar } = {}): Tensor {
    return op.add(this, other, options.alpha);
  }

  sub(other: Tensor | Scalar, options: { alpha?: Scalar } = {}): Tensor {
    return op.sub(this, other, options.alpha);
  }

  mul(other: Tensor | Scalar): Tensor {
    return op.mul(this, other);
  }

  div(other: Tensor | Scalar): Tensor {
    return op.div(this, other);
  }

  pow(exponent: Tensor | Scalar): Tensor {
    return op.pow(this, exponent);
  }

  remainder(other: Tensor | Scalar): Tensor {
    return op.remainder(this, other);
  }

  add_(other: Tensor | Scalar, options: { alpha?: Scalar } = {}): this {
    return op.add_(this, other, options.alpha) as this;
  }

  sub_(other: Tensor | Scalar, options: { alpha?: Scalar } = {}): this {
    return op.sub_(this, other, options.alpha) as this;
  }

  mul_(other: Tensor | Scalar): this {
    return op.mul_(this, other) as this;
  }

  div_(other: Tensor | Scalar): this {
    return op.div_(this, other) as this;
  }

  copy_(source: Tensor): this {
    return op.copy_(this, source) as this;
  }

  fill_(value: Scalar): this {
    return op.fill_(this, value) as this;
  }

  zero_(): this {
    return op.zero_(this) as this;
  }

  clamp(bounds: { min?: Scalar; max?: Scalar }): Tensor {
    return op.clamp(this, bounds.min, bounds.max);
  }

  clamp_(bounds: { min?: Scalar; max?: Scalar }): this {
    return op.clamp_(this, bounds.min, bounds.max) as this;
  }

  neg(): Tensor {
    return op.neg(this);
  }

  abs(): Tensor {
    return op.abs(this);
  }

  exp(): Tensor {
    return op.exp(this);
  }

  log(): Tensor {
    return op.log(this);
  }

  sqrt(): Tensor {
    return op.sqrt(this);
  }

  rsqrt(): Tensor {
    return op.rsqrt(this);
  }

  sin(): Tensor {
    return op.sin(this);
  }

  cos(): Tensor {
    return op.cos(this);
  }

  floor(): Tensor {
    return op.floor(this);
  }

  round(): Tensor {
    return op.round(this);
  }

  sign(): Tensor {
    return op.sign(this);
  }

  isFinite(): Tensor {
    return op.isfinite(this);
  }

  isNaN(): Tensor {
    return op.isnan(this);
  }

  relu(): Tensor {
    return op.relu(this);
  }

  sigmoid(): Tensor {
    return op.sigmoid(this);
  }

  tanh(): Tensor {
    return op.tanh(this);
  }

  softmax(dim: number): Tensor {
    return op.softmax(this, dim);
  }

  logSoftmax(dim: number): Tensor {
    return op.logSoftmax(this, dim);
  }

  // Comparisons give bool tensors.

  eq(other: Tensor | Scalar): Tensor {
    return op.eq(this, other);
  }

  ne(other: Tensor | Scalar): Tensor {
    return op.ne(this, other);
  }

  lt(other: Tensor | Scalar): Tensor {
    return op.lt(this, other);
  }

  le(other: Tensor | Scalar): Tensor {
    return op.le(this, other);
  }

  gt(other: Tensor | Scalar): Tensor {
    return op.gt(this, other);
  }

  ge(other: Tensor | Scalar): Tensor {
    return op.ge(this, other);
  }

  logicalNot(): Tensor {
    return op.logicalNot(this);
  }

  logicalAnd(other: Tensor): Tensor {
    return op.logicalAnd(this, other);
  }

  logicalOr(other: Tensor): Tensor {
    return op.logicalOr(this, other);
  }

  /** Elements of this tensor where `condition`, of `other` elsewhere. */
  where(condition: Tensor, other: Tensor): Tensor {
    return op.where(condition, this, other);
  }

  // Reductions: over all dimensions unless some are named.

  sum(dims?: readonly number[], options: ReduceOptions = {}): Tensor {
    return op.sum(this, dims, options.keepdim);
  }

  mean(dims?: readonly number[], options: ReduceOptions = {}): Tensor {
    return op.mean(this, dims, options.keepdim);
  }

  var(dims?: readonly number[], options: VarianceOptions = {}): Tensor {
    return op.var(this, dims, options.correction, options.keepdim);
  }

  std(dims?: readonly number[], options: VarianceOptions = {}): Tensor {
    return op.std(this, dims, options.correction, options.keepdim);
  }

  norm(): Tensor {
    return op.norm(this);
  }

  all(): Tensor {
    return op.all(this);
  }

  any(): Tensor {
    return op.any(this);
  }

  max(): Tensor {
    return op.max(this);
  }

  min(): Tensor {
    return op.min(this);
  }

  amax(dims: readonly number[] = [], options: ReduceOptions = {}): Tensor {
    return op.amax(this, dims, options.keepdim);
  }

  amin(dims: readonly number[] = [], options: ReduceOptions = {}): Tensor {
    return op.amin(this, dims, options.keepdim);
  }

  /** Index of the largest element, in the flattened tensor when no dimension is named. */
  argmax(dim?: number, options: ReduceOptions = {}): Tensor {
    return op.argmax(this, dim, options.keepdim);
  }

  argmin(dim?: number, options: ReduceOptions = {}): Tensor {
    return op.argmin(this, dim, options.keepdim);
  }

  cumsum(dim: number): Tensor {
    return op.cumsum(this, dim);
  }

  /** The `k` largest elements of a dimension, in falling order, and where they were. */
  topk(k: number, options: { dim?: number; largest?: boolean } = {}): Sorted {
    return sorted(op.topk(this, k, options.dim, options.largest));
  }

  sort(options: { dim?: number; descending?: boolean } = {}): Sorted {
    return sorted(op.sort(this, options.dim, options.descending));
  }

  // Shape and order; views of the same elements where they can be.

  reshape(shape: readonly number[]): Tensor {
    return op.reshape(this, shape);
  }

  view(shape: readonly number[]): Tensor {
    return op.view(this, shape);
  }

  flatten(startDim = 0, endDim = -1): Tensor {
    return op.flatten(this, startDim, endDim);
  }

  permute(dims: readonly number[]): Tensor {
    return op.permute(this, dims);
  }

  transpose(dim0: number, dim1: number): Tensor {
    return op.transpose(this, dim0, dim1);
  }

  t(): Tensor {
    return op.t(this);
  }

  squeeze(dim?: number): Tensor {
    return dim === undefined ? op.squeeze(this) : op.squeezeDim(this, dim);
  }

  unsqueeze(dim: number): Tensor {
    return op.unsqueeze(this, dim);
  }

  expand(shape: readonly number[]): Tensor {
    return op.expand(this, shape);
  }

  repeat(repeats: readonly number[]): Tensor {
    return op.repeat(this, repeats);
  }

  flip(dims: readonly number[]): Tensor {
    return op.flip(this, dims);
  }

  roll(shifts: readonly number[], dims: readonly number[]): Tensor {
    return op.roll(this, shifts, dims);
  }

  select(dim: number, index: number): Tensor {
    return op.select(this, dim, index);
  }

  narrow(dim: number, start: number, length: number): Tensor {
    return op.narrow(this, dim, start, length);
  }

  slice(dim: number, options: SliceOptions = {}): Tensor {
    return op.slice(this, dim, options.start, options.end, options.step);
  }

  indexSelect(dim: number, index: Tensor): Tensor {
    return op.indexSelect(this, dim, index);
  }

  gather(dim: number, index: Tensor): Tensor {
    return op.gather(this, dim, index);
  }

  scatter_(dim: number, index: Tensor, source: Tensor | Scalar): this {
    const scatter = source instanceof Tensor ? op.scatterTensor_ : op.scatterScalar_;
    return scatter(this, dim, index, source) as this;
  }

  maskedSelect(mask: Tensor): Tensor {
    return op.maskedSelect(this, mask);
  }

  maskedFill(mask: Tensor, value: Scalar): Tensor {
    return op.maskedFill(this, mask, value);
  }

  split(size: number, dim = 0): Tensor[] {
    return op.split(this, size, dim);
  }

  chunk(chunks: number, dim = 0): Tensor[] {
    return op.chunk(this, chunks, dim);
  }

  unbind(dim = 0): Tensor[] {
    return op.unbind(this, dim);
  }

  matmul(other: Tensor): Tensor {
    return op.matmul(this, other);
  }

  mm(other: Tensor): Tensor {
    return op.mm(this, other);
  }

  bmm(other: Tensor): Tensor {
    return op.bmm(this, other);
  }
}

/** Sorted elements and the indices they had. */
export interface Sorted {
  values: Tensor;
  indices: Tensor;
}

function sorted([values, indices]: [Tensor, Tensor]): Sorted {
  return { values, indices };
}

/**
 * Refuses a gradient that is unlike its tensor, as PyTorch does: a step would broadcast it, or fail far from
 * where it was set.
 */
function refuseMisfit(tensor: Tensor, gradient: Tensor): void {
  const [shape, got] = [tensor, gradient].map((one) => `(${one.shape.join(', ')})`);
  if (got !== shape) {
    throw new ShapeError(`grad: expected the gradient to be of shape ${shape}, got ${got}.`);
  }
  const { dtype, device } = gradient;
  if (dtype !== tensor.dtype) {
    throw new DTypeError(`grad: expected the gradient to be ${tensor.dtype}, got ${dtype}.`);
  }
  if (device !== tensor.device) {
    throw new DeviceError(`grad: expected the gradient to be on ${tensor.device}, got ${device}.`);
  }
}

const bound = new Map<string, Caller>();

/**
 * One exact overload of an operator of libtorch, for example `operator('aten::add.Tensor')`.
 *
 * The function takes every argument of the schema by position, keyword-only ones too; `undefined`
 * stands for the schema's default. Where the schema writes into an argument, that argument itself
 * comes back.
 *
 * @throws {NativeError} if the installed libtorch has no such operator.
 */
export function operator<T extends Caller = Caller>(name: string): T {
  let caller = bound.get(name);
  if (caller === undefined) {
    caller = bind(findOperator(name), (handle) => new Tensor(handle));
    bound.set(name, caller);
  }
  return caller as T;
}

/** Two overloads under one name: for a tensor and for a number as second operand. */
function binary(name: string, tensorOverload = 'Tensor', scalarOverload = 'Scalar'): Caller {
  const withTensor = operator(`${name}.${tensorOverload}`);
  const withScalar = operator(`${name}.${scalarOverload}`);
  return (self: Tensor, other: Tensor | Scalar, third?: unknown) =>
    other instanceof Tensor ? withTensor(self, other, third) : withScalar(self, other, third);
}

const op = {
  abs: operator('aten::abs'),
  add: binary('aten::add'),
  add_: binary('aten::add_'),
  all: operator('aten::all'),
  amax: operator('aten::amax'),
  amin: operator('aten::amin'),
  any: operator('aten::any'),
  argmax: operator('aten::argmax'),
  argmin: operator('aten::argmin'),
  bmm: operator('aten::bmm'),
  chunk: operator('aten::chunk'),
  clamp: operator('aten::clamp'),
  clamp_: operator('aten::clamp_'),
  clone: operator('aten::clone'),
  contiguous: operator('aten::contiguous'),
  copy_: operator('aten::copy_'),
  cos: operator('aten::cos'),
  cumsum: operator('aten::cumsum'),
  detach: operator('aten::detach'),
  div: binary('aten::div'),
  div_: binary('aten::div_'),
  eq: binary('aten::eq'),
  exp: operator('aten::exp'),
  expand: operator('aten::expand'),
  fill_: operator('aten::fill_.Scalar'),
  flatten: operator('aten::flatten.using_ints'),
  flip: operator('aten::flip'),
  floor: operator('aten::floor'),
  gather: operator('aten::gather'),
  ge: binary('aten::ge'),
  gt: binary('aten::gt'),
  indexSelect: operator('aten::index_select'),
  isfinite: operator('aten::isfinite'),
  isnan: operator('aten::isnan'),
  item: operator('aten::item'),
  le: binary('aten::le'),
  log: operator('aten::log'),
  logicalAnd: operator('aten::logical_and'),
  logicalNot: operator('aten::logical_not'),
  logicalOr: operator('aten::logical_or'),
  logSoftmax: operator('aten::log_softmax.int'),
  lt: binary('aten::lt'),
  maskedFill: operator('aten::masked_fill.Scalar'),
  maskedSelect: operator('aten::masked_select'),
  matmul: operator('aten::matmul'),
  max: operator('aten::max'),
  mean: operator('aten::mean.dim'),
  min: operator('aten::min'),
  mm: operator('aten::mm'),
  mul: binary('aten::mul'),
  mul_: binary('aten::mul_'),
  narrow: operator('aten::narrow'),
  ne: binary('aten::ne'),
  neg: operator('aten::neg'),
  norm: operator('aten::linalg_vector_norm'),
  permute: operator('aten::permute'),
  pow: binary('aten::pow', 'Tensor_Tensor', 'Tensor_Scalar'),
  relu: operator('aten::relu'),
  remainder: binary('aten::remainder'),
  repeat: operator('aten::repeat'),
  reshape: operator('aten::reshape'),
  roll: operator('aten::roll'),
  round: operator('aten::round'),
  rsqrt: operator('aten::rsqrt'),
  scatterScalar_: operator('aten::scatter_.value'),
  scatterTensor_: operator('aten::scatter_.src'),
  select: operator('aten::select.int'),
  sigmoid: operator('aten::sigmoid'),
  sign: operator('aten::sign'),
  sin: operator('aten::sin'),
  slice: operator('aten::slice.Tensor'),
  softmax: operator('aten::softmax.int'),
  sort: operator('aten::sort'),
  split: operator('aten::split.Tensor'),
  sqrt: operator('aten::sqrt'),
  squeeze: operator('aten::squeeze'),
  squeezeDim: operator('aten::squeeze.dim'),
  std: operator('aten::std.correction'),
  sub: binary('aten::sub'),
  sub_: binary('aten::sub_'),
  sum: operator('aten::sum.dim_IntList'),
  t: operator('aten::t'),
  tanh: operator('aten::tanh'),
  to: operator('aten::to.dtype_layout'),
  topk: operator('aten::topk'),
  transpose: operator('aten::transpose.int'),
  unbind: operator('aten::unbind.int'),
  unsqueeze: operator('aten::unsqueeze'),
  var: operator('aten::var.correction'),
  view: operator('aten::view'),
  where: operator('aten::where.self'),
  zero_: operator('aten::zero_'),
};
