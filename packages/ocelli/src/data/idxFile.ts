import { gunzipSync } from 'node:zlib';
import { DataError } from '@ocelli/torch';

/** An array of bytes with its shape. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row by row. */
  readonly values: Buffer;
}

/** The type code of unsigned bytes; MNIST has no other. */
const UNSIGNED_BYTES = 0x08;

/**
 * Reads an IDX file of unsigned bytes, gzipped or not: two zero bytes, a type code, the number of
 * dimensions, each of them as a big-endian 32-bit number, then the values.
 *
 * @param name what messages call the file.
 * @param dimensions how many it must have.
 * @throws {DataError} if it is no such file, or shorter or longer than its header says.
 * @see http://yann.lecun.com/exdb/mnist/
 */
export function readIdx(bytes: Buffer, name: string, dimensions: number): IdxArray {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzipped(bytes, name) : bytes;
  const magic = plain.length < 4 ? NaN : plain.readUInt32BE(0);
  const expected = (UNSIGNED_BYTES << 8) | dimensions;
  if (magic !== expected) {
    const got = Number.isNaN(magic) ? `${plain.length} bytes` : `0x${hex(magic)}`;
    throw new DataError(
      `${name}: expected an IDX file of bytes with ${dimensions} dimensions ` +
        `(0x${hex(expected)}), got ${got}. Fetch it again.`,
    );
  }
  const header = 4 + 4 * dimensions;
  const shape = Array.from({ length: dimensions }, (_, axis) =>
    plain.length < header ? 0 : plain.readUInt32BE(4 + 4 * axis),
  );
  const size = header + shape.reduce((product, length) => product * length, 1);
  if (plain.length === size) return { shape, values: plain.subarray(header) };
  throw new DataError(
    `${name}: expected ${shape.join(' x ')} values and thus ${size} bytes, got ${plain.length}. ` +
      'The file was cut short; fetch it again.',
  );
}

function unzipped(bytes: Buffer, name: string): Buffer {
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new DataError(
      `${name}: expected a whole gzip file, got one that is damaged or ends early. Fetch it again.`,
      { cause },
    );
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
