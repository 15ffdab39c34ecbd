import { writeSync } from 'node:fs';

import { noGrad } from '../autograd.ts';
import type { DType } from '../dtype.ts';

import { scope } from '../memory.ts';
import { operator, type Tensor } from '../tensor.ts';
import { formatNameOf } from './formatDtype.ts';
import type { TensorDescription } from './formatHeader.ts';
import { formatSafetensorsHeader, inFileOrder } from './formatHeader.ts';
import { replaceFile } from './replaceFile.ts';
import { quote, SafetensorsError } from './safetensorsError.ts';

/** Tensors by name, as a map or as an object. */
export type NamedTensors = ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

/** How a safetensors file is written. */
export interface WriteSafetensorsOptions {
  /** Strings about the file, kept in its header. @default {} */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes tensors as a safetensors file: the same bytes whenever tensors and strings are the same.
 *
 * The order is the reference's: wide element types first, then by name. The file appears whole or not
 * at all, and is on the disk when the function returns; a file of that name is replaced. Tensors on
 * other devices are fetched one at a time. Two names of one tensor become two copies.
 *
 * @throws {SafetensorsError} if a name, a string or an element type is not of the format; nothing is
 *   written then.
 * @example
 * writeSafetensors('model.safetensors', model.stateDict(), { metadata: { epoch: '12' } });
 */
export function writeSafetensors(
  path: string,
  tensors: NamedTensors,
  options: WriteSafetensorsOptions = {},
): void {
  const { metadata = {} } = options;
  const named = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
  const pieces = inFileOrder(named.map(([name, tensor]) => describe(name, tensor, path)));
  const header = formatSafetensorsHeader(pieces, metadata, path);
  replaceFile(path, (descriptor) => {
    const out = new BufferedFile(descriptor);
    out.write(header);
    for (const { tensor } of pieces) writeTensor(out, tensor);
    out.flush();
  });
}

interface Piece extends TensorDescription {
  readonly tensor: Tensor;
}

function describe(name: string, tensor: Tensor, path: string): Piece {
  const dtype = formatNameOf(tensor.dtype);
  if (dtype !== undefined) return { name, dtype, shape: tensor.shape, tensor };
  throw new SafetensorsError(
    'unsupportedDtype',
    `expected tensor ${quote(name)} to be of a dtype that the format has, got ${tensor.dtype}. Convert it before saving.`,
    { path, tensor: name },
  );
}

const viewAs = operator<(tensor: Tensor, dtype: DType) => Tensor>('aten::view.dtype');
const resolveConj = operator<(tensor: Tensor) => Tensor>('aten::resolve_conj');

/** Most bytes of a tensor that are in JavaScript's memory at once. */
const CHUNK_BYTES = 2 ** 24;

function writeTensor(out: BufferedFile, tensor: Tensor): void {
  if (tensor.numel === 0) return;
  noGrad(() =>
    scope(() => {
      const near = resolveConj(tensor.detach().to({ device: 'cpu' }));
      const bytes = viewAs(near.contiguous().reshape([-1]), 'uint8');
      for (let at = 0; at < bytes.numel; at += CHUNK_BYTES) {
        const chunk = bytes.narrow(0, at, Math.min(CHUNK_BYTES, bytes.numel - at));
        out.write(chunk.toTypedArray() as Uint8Array); // uint8, by the view above
      }
    }),
  );
}

/** Most bytes that wait to be written together: models have many small tensors. */
const WAITING_BYTES = 2 ** 20;

/** A file that is written in few pieces. */
class BufferedFile {
  readonly #descriptor: number;
  #waiting: Uint8Array[] = [];
  #count = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#count += bytes.length;
    if (this.#count >= WAITING_BYTES) this.flush();
  }

  flush(): void {
    const [first, ...others] = this.#waiting;
    if (first === undefined) return;
    writeFully(this.#descriptor, others.length === 0 ? first : Buffer.concat(this.#waiting));
    this.#waiting = [];
    this.#count = 0;
  }
}

function writeFully(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(descriptor, bytes, written, bytes.length - written);
  }
}
