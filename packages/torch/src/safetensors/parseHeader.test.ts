import { describe, expect, it } from 'vitest';

import { MAX_HEADER_BYTES, MAX_TENSORS } from './header.ts';
import { parseSafetensorsHeader } from './parseHeader.ts';
import { SafetensorsError } from './safetensorsError.ts';

const REMEDY = 'The file is damaged or no safetensors file; export it again.';

function file(header: string, dataBytes = 0): Uint8Array {
  const json = Buffer.from(header);
  const bytes = Buffer.alloc(8 + json.length + dataBytes);
  bytes.writeBigUInt64LE(BigInt(json.length));
  bytes.set(json, 8);
  return bytes;
}

function refusal(bytes: Uint8Array, fileSize = bytes.length): SafetensorsError {
  try {
    parseSafetensorsHeader(bytes, { path: 'm.safetensors', fileSize });
  } catch (error) {
    if (error instanceof SafetensorsError) return error;
    throw error;
  }
  throw new Error('the header was accepted');
}

describe('parseSafetensorsHeader', () => {
  it('returns the tensors in the order of their bytes, and the strings', () => {
    const header = parseSafetensorsHeader(
      file(
        '{"__metadata__":{"epoch":"3"},' +
          '"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]},' +
          '"a":{"data_offsets":[0,8],"shape":[2,2],"dtype":"BF16"}}',
        12,
      ),
    );
    expect(header.entries).toEqual([
      { name: 'a', dtype: 'BF16', shape: [2, 2], begin: 0, end: 8 },
      { name: 'b', dtype: 'F32', shape: [], begin: 8, end: 12 },
    ]);
    expect([...header.metadata]).toEqual([['epoch', '3']]);
    expect(header.dataStart).toBe(8 + 139);
  });

  it('needs only the beginning of a file whose size it is told', () => {
    const bytes = file('{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}');
    expect(parseSafetensorsHeader(bytes, { fileSize: bytes.length + 5 }).entries).toHaveLength(1);
    expect(refusal(bytes).reason).toBe('dataTruncated');
  });

  it('keeps names that are properties of every object', () => {
    const bytes = file('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}');
    expect(parseSafetensorsHeader(bytes).entries[0]?.name).toBe('__proto__');
  });

  it('names the file, the tensor and both numbers', () => {
    const error = refusal(
      file('{"fc.weight":{"dtype":"F32","shape":[2,64],"data_offsets":[0,400]}}', 400),
    );
    expect(error.message).toBe(
      `m.safetensors: expected tensor "fc.weight" to be 512 bytes long as F32 of shape (2, 64), got bytes 0 to 400. ${REMEDY}`,
    );
    expect(error).toMatchObject({
      code: 'CHECKPOINT',
      name: 'SafetensorsError',
      reason: 'byteLength',
      path: 'm.safetensors',
      tensor: 'fc.weight',
    });
  });

  it('says at which byte the cover fails', () => {
    const two = (begin: number): Uint8Array =>
      file(
        `{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[${begin},${begin + 4}]}}`,
        begin + 4,
      );
    expect(refusal(two(2)).message).toBe(
      `m.safetensors: expected tensor "b" to be at byte 4, where the one before it ends, got byte 2, which is another tensor's. ${REMEDY}`,
    );
    expect(refusal(two(6)).message).toBe(
      `m.safetensors: expected tensor "b" to be at byte 4, where the one before it ends, got byte 6, with unused bytes before it. ${REMEDY}`,
    );
  });

  it('says where the JSON is wrong', () => {
    expect(refusal(file('{"a":[')).message).toContain(
      'expected tensor "a" to be described by an object',
    );
    expect(refusal(file('{"a" 1')).message).toBe(
      `m.safetensors: expected the header to be valid JSON, got "1" at position 5 where ":" belongs. ${REMEDY}`,
    );
    expect(refusal(file('{"a":{"dtype":"F32"')).message).toBe(
      `m.safetensors: expected the header to be valid JSON, got the end of the header at position 19 where "}" belongs. ${REMEDY}`,
    );
  });

  it('refuses a header too long to be one before reading it', () => {
    const bytes = file('{}');
    new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(
      0,
      BigInt(MAX_HEADER_BYTES + 1),
      true,
    );
    const error = refusal(bytes, 1e9);
    expect(error.message).toBe(
      `m.safetensors: expected the header to be at most 10000000 bytes long, got 10000001. ${REMEDY}`,
    );
  });

  it('takes as many tensors as are allowed and not one more', () => {
    const many = (count: number): Uint8Array => {
      const member = (_: unknown, i: number): string =>
        `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`;
      return file(`{${Array.from({ length: count }, member).join(',')}}`);
    };
    expect(parseSafetensorsHeader(many(MAX_TENSORS)).entries).toHaveLength(MAX_TENSORS);
    expect(refusal(many(MAX_TENSORS + 1)).reason).toBe('tooManyTensors');
  });

  it('cuts a hostile name in the message', () => {
    const error = refusal(file(`{"${'x'.repeat(5_000_000)}":1}`));
    expect(error.message.length).toBeLessThan(300);
  });

  it('is linear in quotes and backslashes', () => {
    const start = performance.now();
    refusal(file(`{"${'\\\\'.repeat(2_000_000)}`));
    refusal(file(`{"${'\\"'.repeat(2_000_000)}`));
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
