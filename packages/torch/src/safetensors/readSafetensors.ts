import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

import { empty, fromTypedArray } from '../create.ts';
import type { Device } from '../device.ts';

import type { DType } from '../dtype.ts';
import { scope } from '../memory.ts';
import { operator, type Tensor } from '../tensor.ts';
import { FORMAT_DTYPES } from './formatDtype.ts';
import type { SafetensorsEntry, SafetensorsHeader } from './header.ts';
import { LENGTH_BYTES } from './header.ts';
import { parseHeaderLength } from './headerLength.ts';
import { parseSafetensorsHeader } from './parseHeader.ts';
import { quote, SafetensorsError, tensorRefuser } from './safetensorsError.ts';

/** How a safetensors file is read. */
export interface ReadSafetensorsOptions {
  /** Where the tensors are put. @default 'cpu' */
  device?: Device;
}

/**
 * Reads every tensor of a safetensors file, in the order of their bytes.
 *
 * The file is checked whole before the first tensor is made, and each tensor's bytes are read
 * straight into the memory it keeps. Waits for the disk.
 *
 * @returns name → tensor, contiguous, without gradient, on `options.device`.
 * @throws {SafetensorsError} if the file breaks a rule of the format, or holds an element type that
 *   libtorch has not.
 * @example
 * model.loadStateDict(readSafetensors('model.safetensors'));
 */
export function readSafetensors(
  path: string,
  options: ReadSafetensorsOptions = {},
): Map<string, Tensor> {
  const { device = 'cpu' } = options;
  return withFile(path, (descriptor) => {
    const { entries, dataStart } = readHeader(descriptor, path);
    const dtypes = entries.map((entry) => tensorDtype(entry, path));
    return new Map(
      entries.map((entry, i) => {
        const dtype = dtypes[i] as DType; // as long as `entries`, which it was mapped from
        const tensor = readTensor({ descriptor, path, entry, dtype, start: dataStart });
        return [entry.name, device === 'cpu' ? tensor : moved(tensor, device)];
      }),
    );
  });
}

/**
 * Reads what a safetensors file says of itself: its strings and where its tensors lie.
 *
 * @throws {SafetensorsError} if the file breaks a rule of the format.
 */
export function readSafetensorsHeader(path: string): SafetensorsHeader {
  return withFile(path, (descriptor) => readHeader(descriptor, path));
}

function withFile<T>(path: string, use: (descriptor: number) => T): T {
  const descriptor = openSync(path, 'r');
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads no further than the header, and nothing before the length it announces is believable. */
function readHeader(descriptor: number, path: string): SafetensorsHeader {
  const fileSize = fstatSync(descriptor).size;
  const start = new Uint8Array(Math.min(LENGTH_BYTES, fileSize));
  readFully(descriptor, start, 0);
  const bytes = new Uint8Array(LENGTH_BYTES + parseHeaderLength(start, fileSize, path));
  readFully(descriptor, bytes, 0);
  return parseSafetensorsHeader(bytes, { fileSize, path });
}

function tensorDtype({ name, dtype }: SafetensorsEntry, path: string): DType {
  const known = FORMAT_DTYPES.get(dtype)?.dtype;
  if (known !== undefined) return known;
  const can = [...FORMAT_DTYPES].flatMap(([format, type]) => (type.dtype ? [format] : []));
  throw new SafetensorsError(
    'unsupportedDtype',
    `expected tensor ${quote(name)} to be of a dtype that libtorch holds (${can.join(', ')}), got ${dtype}. Convert it before saving.`,
    { path, tensor: name },
  );
}

interface TensorSource {
  descriptor: number;
  path: string;
  entry: SafetensorsEntry;
  dtype: DType;
  /** Byte of the file at which the data begins. */
  start: number;
}

const viewAs = operator<(tensor: Tensor, dtype: DType) => Tensor>('aten::view.dtype');

function readTensor({ descriptor, path, entry, dtype, start }: TensorSource): Tensor {
  const { name, shape, begin, end } = entry;
  if (begin === end) return empty(shape, { dtype });
  const bytes = new Uint8Array(end - begin);
  const missing = bytes.length - readFully(descriptor, bytes, start + begin);
  if (missing > 0) {
    const refuse = tensorRefuser(path, name);
    refuse('dataTruncated', `${bytes.length} bytes long`, `${missing} fewer: the file shrank`);
  }
  return scope(() => tensorOver(bytes, dtype).reshape(shape));
}

/** The bytes as elements of `dtype`, without a copy. */
function tensorOver(bytes: Uint8Array, dtype: DType): Tensor {
  const flat = fromTypedArray(bytes, [bytes.length]);
  // Any byte but 0 means true, whereas libtorch counts on 0 and 1.
  return dtype === 'bool' ? flat.ne(0) : viewAs(flat, dtype);
}

function moved(tensor: Tensor, device: Device): Tensor {
  const there = tensor.to({ device });
  tensor.dispose();
  return there;
}

/** One `read` takes at most 2^31 - 1 bytes. */
const LARGEST_READ = 2 ** 30;

/** Fills `bytes` from `position` on; returns how many the file had. */
function readFully(descriptor: number, bytes: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < bytes.length) {
    const length = Math.min(bytes.length - filled, LARGEST_READ);
    const count = readSync(descriptor, bytes, filled, length, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
