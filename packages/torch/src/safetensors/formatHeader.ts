import { FORMAT_DTYPES, formatRank } from './formatDtype.ts';
import { LENGTH_BYTES, MAX_HEADER_BYTES, MAX_TENSORS, METADATA_KEY } from './header.ts';
import { quote, SafetensorsError } from './safetensorsError.ts';

/** What the header has to say of a tensor that is to be written. */
export interface TensorDescription {
  readonly name: string;
  /** The format's name of the element type. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * The order in which the reference writes tensors: wide element types first, then by the UTF-8 bytes
 * of the name.
 */
export function inFileOrder<T extends TensorDescription>(tensors: readonly T[]): T[] {
  const keyed = tensors.map((tensor) => ({ tensor, key: Buffer.from(tensor.name) }));
  keyed.sort((a, b) => {
    const byWidth = formatRank(b.tensor.dtype) - formatRank(a.tensor.dtype);
    return byWidth === 0 ? a.key.compare(b.key) : byWidth;
  });
  return keyed.map(({ tensor }) => tensor);
}

/**
 * The first bytes of a safetensors file: the header's length and the header, padded so that the data
 * begins at a multiple of 8.
 *
 * @param tensors in the order in which their data will follow.
 * @param metadata strings about the file, written in the order of their keys.
 * @throws {SafetensorsError} if a name or a string is not of the format, or the header is too long.
 */
export function formatSafetensorsHeader(
  tensors: readonly TensorDescription[],
  metadata: Readonly<Record<string, string>>,
  path: string,
): Uint8Array {
  if (tensors.length > MAX_TENSORS) {
    const sentence = `expected at most ${MAX_TENSORS} tensors, got ${tensors.length}.`;
    throw new SafetensorsError('tooManyTensors', sentence, { path });
  }
  const members = formatEntries(tensors, path);
  if (Object.keys(metadata).length > 0) members.unshift(formatMetadata(metadata, path));
  return padded(Buffer.from(`{${members.join(',')}}`), path);
}

function padded(json: Buffer, path: string): Uint8Array {
  const length = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  if (length > MAX_HEADER_BYTES) {
    const sentence = `expected the header to be at most ${MAX_HEADER_BYTES} bytes long, got ${length}.`;
    throw new SafetensorsError('headerTooLarge', sentence, { path });
  }
  const bytes = Buffer.alloc(LENGTH_BYTES + length, ' ');
  bytes.writeBigUInt64LE(BigInt(length));
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}

function formatEntries(tensors: readonly TensorDescription[], path: string): string[] {
  let end = 0;
  return tensors.map(({ name, dtype, shape }) => {
    checkName(name, path);
    const begin = end;
    end += byteLength(dtype, shape);
    const entry = JSON.stringify({ dtype, shape, data_offsets: [begin, end] });
    return `${JSON.stringify(name)}:${entry}`;
  });
}

function byteLength(dtype: string, shape: readonly number[]): number {
  const bits = FORMAT_DTYPES.get(dtype)?.bits;
  if (bits === undefined) throw new Error(`internal: no safetensors dtype ${dtype}`);
  return shape.reduce((product, length) => product * length, bits / 8);
}

function checkName(name: string, path: string): void {
  if (name !== METADATA_KEY && isWhole(name)) return;
  const rule = `whole characters, and not ${METADATA_KEY}`;
  const sentence = `expected tensor names to be ${rule}, got ${quote(name)}.`;
  throw new SafetensorsError('name', sentence, { path, tensor: name });
}

function formatMetadata(metadata: Readonly<Record<string, string>>, path: string): string {
  const members = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return `"${METADATA_KEY}":{${members.map((member) => formatString(member, path)).join(',')}}`;
}

function formatString([key, value]: readonly [string, unknown], path: string): string {
  if (typeof value === 'string' && isWhole(key) && isWhole(value)) {
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }
  const got = typeof value === 'string' ? 'half a surrogate pair' : typeof value;
  const sentence = `expected metadata ${quote(key)} to be a string of whole characters, got ${got}.`;
  throw new SafetensorsError('metadataType', sentence, { path });
}

/** UTF-8 has no bytes for half a surrogate pair; it would come back as another character. */
function isWhole(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
