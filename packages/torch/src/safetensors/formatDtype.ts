import type { DType } from '../dtype.ts';

/** An element type of the format. */
export interface FormatDtype {
  /** Size of one element, in bits. */
  readonly bits: number;
  /** The tensor type that holds it; absent when libtorch 1.13 has none. */
  readonly dtype?: DType;
}

/**
 * Every element type of safetensors 0.8, in the reference's order: files are written with the last
 * first, so that wide elements come first and each tensor begins at a multiple of its element size.
 */
export const FORMAT_DTYPES: ReadonlyMap<string, FormatDtype> = new Map<string, FormatDtype>([
  ['BOOL', { bits: 8, dtype: 'bool' }],
  ['F4', { bits: 4 }],
  ['F6_E2M3', { bits: 6 }],
  ['F6_E3M2', { bits: 6 }],
  ['U8', { bits: 8, dtype: 'uint8' }],
  ['I8', { bits: 8, dtype: 'int8' }],
  ['F8_E5M2', { bits: 8 }],
  ['F8_E4M3', { bits: 8 }],
  ['F8_E8M0', { bits: 8 }],
  ['F8_E4M3FNUZ', { bits: 8 }],
  ['F8_E5M2FNUZ', { bits: 8 }],
  ['I16', { bits: 16, dtype: 'int16' }],
  ['U16', { bits: 16 }],
  ['F16', { bits: 16, dtype: 'float16' }],
  ['BF16', { bits: 16, dtype: 'bfloat16' }],
  ['I32', { bits: 32, dtype: 'int32' }],
  ['U32', { bits: 32 }],
  ['F32', { bits: 32, dtype: 'float32' }],
  ['C64', { bits: 64, dtype: 'complex64' }],
  ['F64', { bits: 64, dtype: 'float64' }],
  ['I64', { bits: 64, dtype: 'int64' }],
  ['U64', { bits: 64 }],
]);

const NAME_OF_DTYPE: ReadonlyMap<DType, string> = new Map(
  [...FORMAT_DTYPES].flatMap(([name, { dtype }]) => (dtype === undefined ? [] : [[dtype, name]])),
);

const RANK: ReadonlyMap<string, number> = new Map([...FORMAT_DTYPES.keys()].map((n, i) => [n, i]));

/** The format's name of a tensor type, or `undefined` when the format has none (`complex128`). */
export function formatNameOf(dtype: DType): string | undefined {
  return NAME_OF_DTYPE.get(dtype);
}

/** Place of a format type in {@link FORMAT_DTYPES}. */
export function formatRank(name: string): number {
  return RANK.get(name) ?? -1;
}
