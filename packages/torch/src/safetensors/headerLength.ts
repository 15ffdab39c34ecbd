import { LENGTH_BYTES, MAX_HEADER_BYTES } from './header.ts';
import { refuser } from './safetensorsError.ts';

/**
 * Length of the header in bytes, from the first 8 bytes of a file of `fileSize` bytes.
 *
 * @throws {SafetensorsError} if the file ends before its header does, or the header is too long.
 */
export function parseHeaderLength(bytes: Uint8Array, fileSize: number, path: string): number {
  const refuse = refuser(path, 'the header');
  if (fileSize < LENGTH_BYTES) {
    return refuse(
      'fileTooSmall',
      `announced in the first ${LENGTH_BYTES} bytes`,
      `${fileSize} bytes in all`,
    );
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    return refuse('headerTooLarge', `at most ${MAX_HEADER_BYTES} bytes long`, String(length));
  }
  const left = fileSize - LENGTH_BYTES;
  if (Number(length) > left) {
    return refuse('headerTruncated', `${length} bytes long as announced`, String(left));
  }
  return Number(length);
}
