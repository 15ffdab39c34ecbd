import { closeSync, openSync, writeSync } from 'node:fs';
import crc32c from 'crc-32/crc32c.js';

/** A file of records of any bytes, each with its length and two checksums. */
export interface RecordFile {
  readonly append: (record: Uint8Array) => void;
  readonly close: () => void;
}

/**
 * Creates a file of records as TensorFlow writes them.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details"
 */
export function createRecordFile(path: string): RecordFile {
  const file = openSync(path, 'wx');
  return { append: (record) => void writeSync(file, framed(record)), close: () => closeSync(file) };
}

/** Length, its checksum, the record, its checksum; all little-endian. */
export function framed(record: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(record.length));
  head.writeUInt32LE(maskedChecksum(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(maskedChecksum(record));
  return Buffer.concat([head, record, tail]);
}

/** CRC-32C, turned by 15 bits and moved, so that a checksum of checksums is not weak. */
function maskedChecksum(bytes: Uint8Array): number {
  const sum = crc32c.buf(bytes) >>> 0;
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}
