// Files on disk: those of the reference implementation read, and ours written as it writes them.
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

import { arange, ones, zeros } from '../src/create.ts';
import { liveTensorCount, scope } from '../src/memory.ts';
import { readSafetensors, readSafetensorsHeader } from '../src/safetensors/readSafetensors.ts';
import { replaceFile } from '../src/safetensors/replaceFile.ts';
import { SafetensorsError } from '../src/safetensors/safetensorsError.ts';
import { writeSafetensors } from '../src/safetensors/writeSafetensors.ts';
import type { Tensor } from '../src/tensor.ts';

const folder = mkdtempSync(join(tmpdir(), 'ocelli-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const REFERENCE = fixture('reference.safetensors');

function refusal(work: () => unknown): SafetensorsError {
  try {
    work();
  } catch (error) {
    if (error instanceof SafetensorsError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('readSafetensors of a file by the reference implementation', () => {
  const tensors = readSafetensors(REFERENCE);
  const get = (name: string): Tensor => tensors.get(name) ?? expect.fail(`no tensor ${name}`);

  it.each([
    ['i8', 'int8'],
    ['i16', 'int16'],
    ['i32', 'int32'],
    ['i64', 'int64'],
    ['f16', 'float16'],
    ['bf16', 'bfloat16'],
    ['f32', 'float32'],
    ['f64', 'float64'],
  ])('reads %s as %s', (name, dtype) => {
    expect(get(name).dtype).toBe(dtype);
    expect(get(name).toArray()).toEqual([
      [-3, -1, 0],
      [1, 2, 100],
    ]);
  });

  it('reads bytes, booleans and complex numbers', () => {
    expect(get('u8').toArray()).toEqual([
      [0, 1, 2],
      [127, 128, 255],
    ]);
    expect(get('bool').dtype).toBe('bool');
    expect([...get('bool').toTypedArray()]).toEqual([1, 0, 1, 0, 0, 1]);
    expect(get('c64').dtype).toBe('complex64');
    expect(get('c64').shape).toEqual([2, 3]);
  });

  it('keeps every bit of special values', () => {
    expect(get('special').toArray()).toEqual([NaN, Infinity, -Infinity, -0, 1.401298464324817e-45]);
    expect([...get('large').toTypedArray()]).toEqual([2n ** 53n - 1n, -(2n ** 53n) + 1n]);
  });

  it('reads scalars, empty tensors and odd names', () => {
    expect(get('scalar').shape).toEqual([]);
    expect(get('scalar').item()).toBe(2.5);
    expect(get('empty').shape).toEqual([0, 3]);
    expect(get('empty.last').shape).toEqual([2, 0]);
    expect(get('quote " backslash \\ tab \t').toArray()).toEqual([1]);
    expect(get('é 漢 🦎').toArray()).toEqual([1, 1]);
    expect(get('__proto__').toArray()).toEqual([7, 7]);
  });

  it('tells the strings of the file', () => {
    const { metadata } = readSafetensorsHeader(REFERENCE);
    expect([...metadata]).toEqual([['made by', 'safetensors "0.8.0"\n']]);
  });

  it('refuses an element type that libtorch has not, by name', () => {
    const path = fixture('unsupported.safetensors');
    const error = refusal(() => readSafetensors(path));
    expect(error.message).toBe(
      `${path}: expected tensor "u32" to be of a dtype that libtorch holds (BOOL, U8, I8, I16, F16, BF16, I32, F32, C64, F64, I64), got U32. Convert it before saving.`,
    );
    expect(error).toMatchObject({ reason: 'unsupportedDtype', tensor: 'u32' });
  });
});

describe('writeSafetensors', () => {
  it('writes the same bytes as the reference implementation', () => {
    const path = join(folder, 'again.safetensors');
    const tensors = [...readSafetensors(REFERENCE)].reverse();
    writeSafetensors(path, new Map(tensors), { metadata: { 'made by': 'safetensors "0.8.0"\n' } });
    expect(readFileSync(path).equals(readFileSync(REFERENCE))).toBe(true);
  });

  it('writes strings in the order of their keys', () => {
    const path = join(folder, 'metadata.safetensors');
    writeSafetensors(path, {}, { metadata: { b: '2', a: '1' } });
    expect(readFileSync(path).toString('latin1', 8)).toBe(
      '{"__metadata__":{"a":"1","b":"2"}}      ',
    );
  });

  it('writes views, transposed and channels-last tensors row by row', () => {
    const path = join(folder, 'views.safetensors');
    const grid = arange({ end: 24 }).reshape([2, 3, 4]);
    const images = grid.reshape([1, 2, 3, 4]).contiguous({ memoryFormat: 'channelsLast' });
    const pieces = { turned: grid.transpose(0, 2), part: grid.narrow(2, 1, 2), images };
    writeSafetensors(path, pieces);
    for (const [name, read] of readSafetensors(path)) {
      expect(read.toArray()).toEqual(pieces[name as keyof typeof pieces].toArray());
    }
  });

  it('writes parameters and tensors larger than one chunk', () => {
    const path = join(folder, 'large.safetensors');
    const large = arange({ end: 5_000_000 }, { dtype: 'float32' }); // 20 MB, chunks of 16 MiB
    writeSafetensors(path, { large, weight: ones([2], { requiresGrad: true }) });
    const read = readSafetensors(path);
    expect(read.get('large')?.eq(large).all().item()).toBe(1);
    expect(read.get('weight')?.requiresGrad).toBe(false);
  });

  it('leaves no tensors behind', () => {
    const path = join(folder, 'leak.safetensors');
    const piece = ones([3]);
    const before = liveTensorCount();
    scope(() => {
      for (let i = 0; i < 20; i++) {
        writeSafetensors(path, { piece });
        readSafetensors(path);
      }
    });
    // At most: meanwhile the garbage collector may free tensors of other tests.
    expect(liveTensorCount()).toBeLessThanOrEqual(before);
    const kept = readSafetensors(path);
    expect(liveTensorCount()).toBeLessThanOrEqual(before + 1);
    expect(kept.size).toBe(1);
  });

  it('refuses what the format cannot hold and writes nothing', () => {
    const path = join(folder, 'refused.safetensors');
    const one = ones([1]);
    const refuse = (...args: [Record<string, Tensor>, object?]): SafetensorsError =>
      refusal(() => writeSafetensors(path, ...args));
    expect(refuse({ __metadata__: one }).message).toBe(
      `${path}: expected tensor names to be whole characters, and not __metadata__, got "__metadata__".`,
    );
    expect(refuse({ '\ud83e': one }).reason).toBe('name');
    expect(refuse({}, { metadata: { epoch: 3 } }).message).toBe(
      `${path}: expected metadata "epoch" to be a string of whole characters, got number.`,
    );
    const wide = one.to({ dtype: 'complex128' });
    expect(refuse({ wide }).message).toBe(
      `${path}: expected tensor "wide" to be of a dtype that the format has, got complex128. Convert it before saving.`,
    );
    expect(refuse({}, { metadata: { long: 'x'.repeat(10_000_000) } }).reason).toBe(
      'headerTooLarge',
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('refused'))).toEqual([]);
  });
});

describe('files that are cut short or replaced', () => {
  it('refuses every prefix of a file', () => {
    const whole = readFileSync(REFERENCE);
    const path = join(folder, 'prefix.safetensors');
    writeFileSync(path, whole);
    for (let length = whole.length - 1; length >= 0; length -= 7) {
      truncateSync(path, length);
      expect(refusal(() => readSafetensors(path)).reason).toMatch(/fileTooSmall|Truncated/);
    }
  });

  it('reads no byte of a header that announces too much', () => {
    const path = join(folder, 'announces.safetensors');
    writeFileSync(path, Buffer.from('ffffffffffffff7f', 'hex'));
    expect(refusal(() => readSafetensors(path)).reason).toBe('headerTooLarge');
  });

  it('keeps the old file when writing the new one fails', () => {
    const path = join(folder, 'kept.safetensors');
    writeSafetensors(path, { old: zeros([1]) });
    const fail = (): never => {
      throw new Error('disk full');
    };
    expect(() => replaceFile(path, fail)).toThrow('disk full');
    expect([...readSafetensors(path).keys()]).toEqual(['old']);
    expect(readdirSync(folder).filter((name) => name.includes('.tmp-'))).toEqual([]);
  });

  it('keeps the old file when a tensor cannot be read', () => {
    const path = join(folder, 'kept2.safetensors');
    writeSafetensors(path, { old: zeros([1]) });
    const unreadable = { dtype: 'float32', shape: [2], numel: 2 } as unknown as Tensor;
    expect(() => writeSafetensors(path, { unreadable })).toThrow(TypeError);
    expect([...readSafetensors(path).keys()]).toEqual(['old']);
  });
});
