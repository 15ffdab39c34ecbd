import type { TypedArray } from './dtype.ts';

/** What printing needs of a tensor. */
export interface Printable {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly device: string;
  readonly requiresGrad: boolean;
  readonly numel: number;
  slice(dim: number, options: { start?: number; end?: number }): Printable;
  toTypedArray(): TypedArray;
}

/** Longer dimensions show this many elements at each end, as PyTorch does. */
const edgeItems = 3;

/**
 * A tensor as a person reads it: `Tensor float32 (2, 3)` and its elements in aligned columns, long
 * dimensions cut in the middle. Only the elements shown are read from the device. Of a complex tensor, which
 * has no array in JavaScript, there is the title alone; a freed one says so, for a look must not end a program.
 *
 * @param depth how many levels below the tensor Node.js would show, `null` for all; below 0 it is itself too deep
 *   inside an object, and there is the title alone.
 */
export function printTensor(tensor: Printable, depth: number | null): string {
  if (isFreed(tensor)) return 'Tensor (freed)';
  const title = describe(tensor);
  const isShort = (depth !== null && depth < 0) || tensor.numel === 0;
  if (isShort || tensor.dtype.startsWith('complex')) return title;
  const elements = shownElements(tensor);
  const width = Math.max(...elements.flat.map((text) => text.length));
  const padded = elements.flat.map((text) => text.padStart(width));
  if (tensor.shape.length === 0) return `${title} ${padded[0]}`;
  return `${title}\n${rows(padded, elements.shape, tensor.shape, '')}`;
}

function isFreed(tensor: Printable): boolean {
  try {
    return tensor.numel < 0; // which no tensor has: only a freed one cannot say
  } catch {
    return true;
  }
}

function describe(tensor: Printable): string {
  const facts = [`Tensor ${tensor.dtype} (${tensor.shape.join(', ')})`];
  if (tensor.device !== 'cpu') facts.push(tensor.device);
  if (tensor.requiresGrad) facts.push('requiresGrad');
  return facts.join(' ');
}

/** The elements that are shown, in row-major order; only these are read. */
function shownElements(tensor: Printable): { flat: string[]; shape: number[] } {
  const { dtype } = tensor;
  const shape = tensor.shape.map((size) => Math.min(size, 2 * edgeItems + 1));
  const flat: string[] = [];
  const read = (part: Printable, dim: number): void => {
    if (!part.shape.slice(dim).some(isLong)) {
      for (const value of part.toTypedArray()) flat.push(format(value, dtype));
      return;
    }
    for (const index of shownIndices(part.shape[dim] ?? 0)) {
      read(part.slice(dim, { start: index, end: index + 1 }), dim + 1);
    }
  };
  read(tensor, 0);
  return { flat, shape };
}

function isLong(size: number): boolean {
  return size > 2 * edgeItems + 1;
}

/** Both ends of a long dimension; the index between them holds the place of the dots. */
function shownIndices(size: number): number[] {
  if (!isLong(size)) return range(0, size);
  return [...range(0, edgeItems + 1), ...range(size - edgeItems, size)];
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

function format(value: number | bigint, dtype: string): string {
  if (dtype === 'bool') return value ? 'true' : 'false';
  if (typeof value === 'bigint' || !dtype.includes('float')) return String(value);
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)) return value.toExponential(4);
  return value.toFixed(4);
}

// Shown and real shape, the texts and the indentation are what one level of brackets is made of.
// eslint-disable-next-line max-params
function rows(
  texts: readonly string[],
  shown: readonly number[],
  real: readonly number[],
  indent: string,
): string {
  const [size = 0, ...rest] = shown;
  const cut = (real[0] ?? 0) > size;
  const step = texts.length / size;
  const parts = Array.from({ length: size }, (_, index) => {
    if (cut && index === edgeItems) return rest.length === 0 ? '…' : `${indent} …`;
    const part = texts.slice(index * step, (index + 1) * step);
    return rest.length === 0 ? (part[0] ?? '') : rows(part, rest, real.slice(1), `${indent} `);
  });
  if (rest.length === 0) return `${indent}[${parts.join(', ')}]`;
  return `${indent}[\n${parts.join(',\n')}\n${indent}]`;
}
