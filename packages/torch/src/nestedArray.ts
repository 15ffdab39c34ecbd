import type { TypedArray } from './dtype.ts';
import { DTypeError, ShapeError } from './errors.ts';

/** A number, or arrays of them nested as deep as a tensor has dimensions. */
export type NestedNumbers = number | NestedNumbers[];

/** A number, bigint or boolean, or arrays of them nested as deep as a tensor has dimensions. */
export type NestedScalars = number | bigint | boolean | readonly NestedScalars[];

/** Nests row-major elements by shape. @throws {DTypeError} for an integer beyond 2^53. */
export function nestedArray(elements: TypedArray, shape: readonly number[]): NestedNumbers {
  let position = 0;
  const nest = (dim: number): NestedNumbers => {
    const size = shape[dim];
    if (size === undefined) return exactNumber('toArray', elements[position++] ?? 0);
    return Array.from({ length: size }, () => nest(dim + 1));
  };
  return nest(0);
}

/** The value as a number. @throws {DTypeError} for an integer beyond 2^53. */
export function exactNumber(where: string, value: number | bigint | boolean): number {
  const number = Number(value);
  if (typeof value !== 'bigint' || Number.isSafeInteger(number)) return number;
  throw new DTypeError(
    `${where}: expected elements to be exact as numbers, got ${value}. Use toTypedArray, which gives bigint.`,
  );
}

/** Shape and row-major elements of nested arrays. @throws {ShapeError} if rows differ in length. */
export function flattenNested(data: NestedScalars): {
  shape: number[];
  elements: (number | bigint | boolean)[];
} {
  const shape: number[] = [];
  for (let part = data; Array.isArray(part); part = part[0] as NestedScalars) {
    shape.push(part.length);
    if (part.length === 0) break;
  }
  const elements: (number | bigint | boolean)[] = [];
  collect(data, shape, 0, elements);
  return { shape, elements };
}

// A recursion over depth needs its four facts.
// eslint-disable-next-line max-params
function collect(
  part: NestedScalars,
  shape: readonly number[],
  depth: number,
  into: (number | bigint | boolean)[],
): void {
  const size = shape[depth];
  const length = Array.isArray(part) ? part.length : undefined;
  if (length !== size) {
    throw new ShapeError(
      `tensor: expected nested arrays of equal length, got ${length ?? 'a number'} ` +
        `where ${size ?? 'a number'} was due at depth ${depth}.`,
    );
  }
  if (!Array.isArray(part)) into.push(part as number | bigint | boolean);
  else
    for (const element of part as readonly NestedScalars[])
      collect(element, shape, depth + 1, into);
}
