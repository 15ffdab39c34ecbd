/** Bytes of the number that begins a file: the header's length, unsigned 64 bit, little-endian. */
export const LENGTH_BYTES = 8;

/**
 * Longest header read or written, in bytes. The reference stops at 100,000,000; the header of
 * 100,000 tensors takes about 10 MB, and a hostile one must not cost much memory to refuse.
 */
export const MAX_HEADER_BYTES = 10_000_000;

/** Most tensors, and most strings of metadata, in a file that is read or written. */
export const MAX_TENSORS = 100_000;

/** Most dimensions of a tensor that is read; libtorch's own limit. */
export const MAX_DIMENSIONS = 64;

/** The key of the header that holds no tensor but strings about the file. */
export const METADATA_KEY = '__metadata__';

/** Where a tensor lies in a file, and how to read it. */
export interface SafetensorsEntry {
  readonly name: string;
  /** The format's name of the element type, for example `BF16`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte of the data, counted from {@link SafetensorsHeader.dataStart}. */
  readonly begin: number;
  /** The byte after the last one, counted the same way. */
  readonly end: number;
}

/** What a safetensors file says about itself. */
export interface SafetensorsHeader {
  /** Free strings about the file, from `__metadata__`; empty when there are none. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The tensors in the order of their bytes. */
  readonly entries: readonly SafetensorsEntry[];
  /** Byte of the file at which the data begins. */
  readonly dataStart: number;
}
