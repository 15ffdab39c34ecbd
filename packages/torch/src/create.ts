import { markAsUntransferable } from 'node:worker_threads';
import { checkDevice, type Device } from './device.ts';
import { checkDType, type DType, dtypeOf } from './dtype.ts';
import { OptionError, optionError, ShapeError } from './errors.ts';
import { native } from './native.ts';
import { flattenNested, type NestedScalars } from './nestedArray.ts';
import type { Generator } from './random.ts';
import { type MemoryFormat, operator, type Scalar, Tensor } from './tensor.ts';

/** What every function that makes a tensor takes. */
export interface CreateOptions {
  /** Element type. @default 'float32' */
  dtype?: DType;
  /** Where it lies. @default 'cpu' */
  device?: Device;
  /** Record operations on it for `backward`. @default false */
  requiresGrad?: boolean;
}

/** Options of functions that draw random numbers. */
export interface RandomOptions extends CreateOptions {
  /** Drawn from this one instead of the device's default generator. */
  generator?: Generator;
}

/** Options of `emptyLike` and its kin; what is left out is as in the given tensor. */
export interface LikeOptions {
  dtype?: DType;
  device?: Device;
  memoryFormat?: MemoryFormat;
}

/**
 * A tensor from a number or nested arrays.
 *
 * The dtype is the data's own where it is plain (booleans give bool, bigints int64); numbers give
 * float32, also integral ones, since JavaScript does not tell 1 from 1.0.
 *
 * @throws {ShapeError} if nested arrays differ in length.
 */
export function tensor(data: NestedScalars, options: CreateOptions = {}): Tensor {
  const { shape, elements } = flattenNested(data);
  const { dtype = plainDType(elements[0]), device, requiresGrad = false } = options;
  // float64 holds every number, and int64 every bigint, before the conversion that was asked for.
  const array =
    typeof elements[0] === 'bigint'
      ? BigInt64Array.from(elements as bigint[])
      : Float64Array.from(elements as number[], Number);
  const made = fromTypedArray(array, shape, { dtype, ...(device && { device }), copy: true });
  return made.requiresGrad_(requiresGrad);
}

function plainDType(element: unknown): DType {
  if (typeof element === 'boolean') return 'bool';
  return typeof element === 'bigint' ? 'int64' : 'float32';
}

/** Options of `fromTypedArray`. */
export interface FromTypedArrayOptions {
  /** Converted to this type, which copies. @default the array's own */
  dtype?: DType;
  /** Moved there, which copies. @default 'cpu' */
  device?: Device;
  /** Copy instead of sharing memory with the array. @default false */
  copy?: boolean;
}

/**
 * A tensor over the elements of a typed array, in row-major order, without a copy: a change of one
 * shows in the other, and the array's memory lives as long as the tensor, so that it cannot be
 * transferred to another thread any more.
 *
 * @throws {ShapeError} if the array's length is not the product of `shape`.
 * @throws {OptionError} if its memory is shared between threads or can be resized.
 */
export function fromTypedArray(
  array: ArrayBufferView & { readonly length: number },
  shape: readonly number[],
  options: FromTypedArrayOptions = {},
): Tensor {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (array.length !== expected) {
    throw new ShapeError(
      `fromTypedArray: expected ${expected} elements for shape (${shape.join(', ')}), got ${array.length}.`,
    );
  }
  const { dtype = dtypeOf(array), device = 'cpu', copy = false } = options;
  refuseMovingMemory(array.buffer);
  const isLent = !copy && device === 'cpu' && dtype === dtypeOf(array);
  if (isLent) markAsUntransferable(array.buffer);
  const shared = new Tensor(
    native.fromBuffer(array.buffer, array.byteOffset, shape, dtypeOf(array)),
  );
  return shared.to({ dtype: checkDType('fromTypedArray', dtype), device, copy });
}

function refuseMovingMemory(buffer: ArrayBufferLike): void {
  const isResizable = 'resizable' in buffer && buffer.resizable === true;
  const isShared = buffer instanceof SharedArrayBuffer;
  if (!isResizable && !isShared) return;
  const got = isShared ? 'a SharedArrayBuffer' : 'a resizable ArrayBuffer';
  throw new OptionError(
    `fromTypedArray: expected an array in memory of its own and of fixed size, got ${got}. Copy it with slice().`,
  );
}

/**
 * A tensor over the bytes of a file, mapped into memory: opening costs nothing, pages are read when
 * they are first used. Writing to it does not change the file.
 *
 * @throws {NativeError} if the file is missing or shorter than `shape` needs.
 */
export function mappedFile(
  path: string,
  options: { dtype: DType; shape: readonly number[] },
): Tensor {
  const { dtype, shape } = options;
  const numel = shape.reduce((product, size) => product * size, 1);
  if (numel === 0) return empty(shape, { dtype });
  const flat: Tensor = fromFile(path, false, numel, checkDType('mappedFile', dtype));
  return flat.view(shape);
}

/** A tensor whose elements are whatever was in memory. */
export function empty(
  shape: readonly number[],
  options: CreateOptions & { memoryFormat?: MemoryFormat } = {},
): Tensor {
  const { dtype, device, requiresGrad } = resolve('empty', options);
  const made: Tensor = emptyOperator(shape, dtype, 'strided', device, false, options.memoryFormat);
  return made.requiresGrad_(requiresGrad);
}

/** A tensor of zeros. */
export function zeros(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return full(shape, 0, options);
}

/** A tensor of ones. */
export function ones(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return full(shape, 1, options);
}

/** A tensor with `value` everywhere. */
export function full(shape: readonly number[], value: Scalar, options: CreateOptions = {}): Tensor {
  const { dtype, device, requiresGrad } = resolve('full', options);
  const made: Tensor = fullOperator(shape, value, dtype, 'strided', device, false);
  return made.requiresGrad_(requiresGrad);
}

/** A tensor of the shape, dtype and device of another whose values are whatever lies in memory. */
export function emptyLike(like: Tensor, options: LikeOptions = {}): Tensor {
  const { dtype, device, memoryFormat } = options;
  return emptyLikeOperator(like, dtype, undefined, device, undefined, memoryFormat);
}

/** Zeros in the shape, dtype and device of another tensor. */
export function zerosLike(like: Tensor, options: LikeOptions = {}): Tensor {
  return emptyLike(like, options).zero_();
}

/** Ones in the shape, dtype and device of another tensor. */
export function onesLike(like: Tensor, options: LikeOptions = {}): Tensor {
  return emptyLike(like, options).fill_(1);
}

/** Numbers from `start` (0 unless given) up to, not including, `end`, in steps of `step` (1). */
export function arange(
  range: { start?: number; end: number; step?: number },
  options: CreateOptions = {},
): Tensor {
  const { start = 0, end, step = 1 } = range;
  const { dtype, device, requiresGrad } = resolve('arange', options);
  const made: Tensor = arangeOperator(start, end, step, dtype, 'strided', device, false);
  return made.requiresGrad_(requiresGrad);
}

/** `steps` numbers from `start` to `end`, both included, evenly spaced. */
export function linspace(
  range: { start: number; end: number; steps: number },
  options: CreateOptions = {},
): Tensor {
  const { dtype, device, requiresGrad } = resolve('linspace', options);
  const { start, end, steps } = range;
  const made: Tensor = linspaceOperator(start, end, steps, dtype, 'strided', device, false);
  return made.requiresGrad_(requiresGrad);
}

/** The identity matrix `(size, size)`. */
export function eye(size: number, options: CreateOptions = {}): Tensor {
  const { dtype, device, requiresGrad } = resolve('eye', options);
  const made: Tensor = eyeOperator(size, dtype, 'strided', device, false);
  return made.requiresGrad_(requiresGrad);
}

/** Joins tensors along a dimension they have. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return catOperator(tensors, dim);
}

/** Joins tensors of equal shape along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return stackOperator(tensors, dim);
}

/** Uniform numbers in [0, 1). */
export function rand(shape: readonly number[], options: RandomOptions = {}): Tensor {
  const { dtype, device, requiresGrad } = resolve('rand', options);
  const made: Tensor = randOperator(shape, options.generator, dtype, 'strided', device, false);
  return made.requiresGrad_(requiresGrad);
}

/** Numbers of the standard normal distribution. */
export function randn(shape: readonly number[], options: RandomOptions = {}): Tensor {
  const { dtype, device, requiresGrad } = resolve('randn', options);
  const made: Tensor = randnOperator(shape, options.generator, dtype, 'strided', device, false);
  return made.requiresGrad_(requiresGrad);
}

/** Options of `randint`. */
export interface RandintOptions extends RandomOptions {
  /** Smallest integer. @default 0 */
  low?: number;
  /** One more than the largest integer. */
  high: number;
  shape: readonly number[];
}

/** Uniform integers from `low` up to, not including, `high`; int64 unless said otherwise. */
export function randint(options: RandintOptions): Tensor {
  const { low = 0, high, shape, generator } = options;
  if (!(high > low)) throw optionError('randint', 'high', `above low (${low})`, high);
  const { dtype, device, requiresGrad } = resolve('randint', { dtype: 'int64', ...options });
  const given = [low, high, shape, generator] as const;
  const made: Tensor = randintOperator(...given, dtype, 'strided', device, false);
  return made.requiresGrad_(requiresGrad);
}

/** The integers from 0 to `n - 1` in random order; int64 unless said otherwise. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const { dtype, device, requiresGrad } = resolve('randperm', { dtype: 'int64', ...options });
  const made: Tensor = randpermOperator(n, options.generator, dtype, 'strided', device, false);
  return made.requiresGrad_(requiresGrad);
}

/** Ones and zeros; `probabilities` gives each element's chance to be one. */
export function bernoulli(probabilities: Tensor, options: { generator?: Generator } = {}): Tensor {
  return bernoulliOperator(probabilities, options.generator);
}

function resolve(where: string, options: CreateOptions): Required<CreateOptions> {
  const { dtype = 'float32', device = 'cpu', requiresGrad = false } = options;
  return { dtype: checkDType(where, dtype), device: checkDevice(where, device), requiresGrad };
}

const arangeOperator = operator('aten::arange.start_step');
const bernoulliOperator = operator('aten::bernoulli');
const catOperator = operator('aten::cat');
const emptyLikeOperator = operator('aten::empty_like');
const emptyOperator = operator('aten::empty.memory_format');
const eyeOperator = operator('aten::eye');
const fromFile = operator('aten::from_file');
const fullOperator = operator('aten::full');
const linspaceOperator = operator('aten::linspace');
const randintOperator = operator('aten::randint.low_generator');
const randnOperator = operator('aten::randn.generator');
const randOperator = operator('aten::rand.generator');
const randpermOperator = operator('aten::randperm.generator');
const stackOperator = operator('aten::stack');
