import { DTypeError } from './errors.ts';
import { didYouMean } from './nearest.ts';

const dtypes = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'uint8',
  'int8',
  'int16',
  'int32',
  'int64',
  'bool',
  'complex64',
  'complex128',
] as const;

/** Element type of a tensor, by PyTorch's names. */
export type DType = (typeof dtypes)[number];

/** The arrays in which a tensor's elements reach JavaScript. */
export type TypedArray =
  Float32Array | Float64Array | Uint8Array | Int8Array | Int16Array | Int32Array | BigInt64Array;

/** Whether elements are real or complex floating-point numbers. */
export function isFloatingPoint(dtype: DType): boolean {
  return dtype.startsWith('float') || dtype === 'bfloat16' || dtype.startsWith('complex');
}

/** @throws {DTypeError} for a word that names no dtype, with the nearest one that does. */
export function checkDType(where: string, name: string): DType {
  const found = dtypes.find((dtype) => dtype === name);
  if (found !== undefined) return found;
  throw new DTypeError(
    `${where}: expected dtype to be one of ${dtypes.join(', ')}, got "${name}". ${didYouMean(name, dtypes)}`.trimEnd(),
  );
}

const arrayConstructors = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
} as const;

/** Views bytes as elements of `dtype`; half-precision and complex types have no array of their own. */
export function viewBytes(buffer: ArrayBuffer, dtype: DType): TypedArray {
  if (dtype in arrayConstructors) {
    return new arrayConstructors[dtype as keyof typeof arrayConstructors](buffer);
  }
  throw new DTypeError(`toTypedArray: no typed array of JavaScript holds ${dtype}.`);
}

/**
 * The dtype whose elements a typed array holds; `Uint8ClampedArray` counts as uint8.
 *
 * @throws {DTypeError} for unsigned types of more than 8 bits, which libtorch cannot hold.
 */
export function dtypeOf(array: ArrayBufferView): DType {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'uint8';
  if (array instanceof Int8Array) return 'int8';
  if (array instanceof Int16Array) return 'int16';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof BigInt64Array) return 'int64';
  throw new DTypeError(`fromTypedArray: libtorch has no dtype for ${array.constructor.name}.`);
}
