// Malformed safetensors headers by the hundred thousand: an error each, never a crash.
import { parseSafetensorsHeader } from '../src/safetensors/parseHeader.ts';
import type { SafetensorsReason } from '../src/safetensors/safetensorsError.ts';
import { SafetensorsError } from '../src/safetensors/safetensorsError.ts';

export interface SafetensorsFuzzOptions {
  /** Files made and parsed. @default 100_000 */
  cases?: number;
  /** Of the generator; equal seeds make equal files. @default 1 */
  seed?: number;
}

export interface SafetensorsFuzzResult {
  cases: number;
  accepted: number;
  /** Files that are as they were made, lawful, whatever was tried on them. */
  untouched: number;
  /** Refusals by the rule broken. */
  refused: Partial<Record<SafetensorsReason, number>>;
  /** What must stay empty: files accepted that are not lawful, refused untouched, or refused by another error. */
  faults: { base64: string; fault: string }[];
  /** Longest time for one file, in milliseconds. */
  slowestMs: number;
}

/** Makes malformed files from lawful ones, parses them, and judges each by a second, plain reading. */
export function fuzzSafetensorsHeaders(
  options: SafetensorsFuzzOptions = {},
): SafetensorsFuzzResult {
  const { cases = 100_000, seed = 1 } = options;
  const draw = generator(seed);
  const result: SafetensorsFuzzResult = {
    cases,
    accepted: 0,
    untouched: 0,
    refused: {},
    faults: [],
    slowestMs: 0,
  };
  for (let i = 0; i < cases; i++) {
    const lawful = lawfulFile(draw);
    const file = mutate(lawful, draw);
    const whole = Buffer.concat([fileOf(lawful.json), Buffer.alloc(lawful.dataBytes)]);
    const isUntouched = file.equals(whole);
    result.untouched += Number(isUntouched);
    judge(file, isUntouched, result);
  }
  return result;
}

type Draw = (below: number) => number;

/** Mulberry32: 32 bits of state, good enough to scatter edits. */
function generator(seed: number): Draw {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const WIDTHS = { BOOL: 1, U8: 1, BF16: 2, F16: 2, F32: 4, I64: 8, F4: 0.5 };

/** What edits make of the names above. */
const OTHER_WIDTHS = { I8: 1, I16: 2, U16: 2, I32: 4, U32: 4, F64: 8, U64: 8, C64: 8 };

function lawfulFile(draw: Draw): { json: string; dataBytes: number } {
  const members = draw(3) === 0 ? ['"__metadata__":{"format":"pt","n":"1"}'] : [];
  let end = 0;
  for (let i = draw(4); i >= 0; i--) {
    const [dtype, width] = Object.entries(WIDTHS)[draw(7)] as [string, number];
    const shape = Array.from({ length: draw(4) }, () => draw(4) * (dtype === 'F4' ? 2 : 1));
    if (dtype === 'F4' && shape.length === 0) shape.push(2);
    const begin = end;
    end += shape.reduce((product, length) => product * length, width);
    members.push(
      `"layer${i}.weight":{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${begin},${end}]}`,
    );
  }
  return { json: `{${members.join(',')}}${' '.repeat(draw(8))}`, dataBytes: end };
}

const SPLICES = [
  ...['{', '}', '[', ']', '"', ':', ',', '\\', '\\"', '\\ud800', '\\u0041', '\0', '\n', ' ', '-'],
  ...['0', '9', '.5', 'e9', '9007199254740993', '18446744073709551616', 'null', 'true', '""'],
  ...['"F32"', '"F31"', '"U32"', '"dtype":"F32",', '"shape":[1],', '"x":1,', '"__metadata__":{},'],
  ...['"data_offsets":[0,4]', '[[[[', '{"a":', '4294967296,4294967296,', '\u00e9', '\ud83e\udd8e'],
];

function mutate({ json, dataBytes }: { json: string; dataBytes: number }, draw: Draw): Buffer {
  let text = json;
  for (let edits = draw(4); edits > 0; edits--) text = editText(text, draw);
  const header = Buffer.from(text);
  if (draw(8) === 0 && header.length > 0) header[draw(header.length)] = draw(256);
  const length = draw(16) === 0 ? oddLength(header.length, draw) : BigInt(header.length);
  const size = draw(8) === 0 ? dataBytes + draw(9) - 4 : dataBytes;
  const file = Buffer.alloc(8 + header.length + Math.max(0, size));
  file.writeBigUInt64LE(length);
  header.copy(file, 8);
  return draw(32) === 0 ? file.subarray(0, draw(file.length + 1)) : file;
}

function editText(text: string, draw: Draw): string {
  const at = draw(text.length + 1);
  const length = 1 + draw(draw(4) === 0 ? 40 : 3);
  const piece = SPLICES[draw(SPLICES.length)] as string;
  switch (draw(7)) {
    case 0:
      return text.slice(0, at) + piece + text.slice(at);
    case 1:
      return text.slice(0, at) + piece + text.slice(at + length);
    case 2:
      return text.slice(0, at) + text.slice(at + length);
    case 3:
      return text.slice(0, at + length) + text.slice(at);
    case 4:
      return shiftOffsets(text, draw(9) - 4);
    case 5:
      return text.replace(/\d+/g, (digits) => (draw(6) === 0 ? String(draw(40)) : digits));
    default:
      return swapMembers(text, draw);
  }
}

/** Moves all tensors but those at the start, which makes holes and overlaps. */
function shiftOffsets(text: string, by: number): string {
  return text.replace(/s":\[([1-9]\d*),(\d+)\]/g, (_, begin: string, end: string) => {
    return `s":[${Number(begin) + by},${Number(end) + by}]`;
  });
}

/** Puts one part between commas in the place of another. */
function swapMembers(text: string, draw: Draw): string {
  const parts = text.split(',');
  parts[draw(parts.length)] = parts[draw(parts.length)] as string;
  return parts.join(',');
}

function oddLength(length: number, draw: Draw): bigint {
  const odd = [0n, 1n, 7n, BigInt(length + 1), BigInt(Math.max(0, length - 1)), 10_000_001n];
  return odd[draw(8)] ?? 2n ** 64n - 1n - BigInt(draw(8));
}

/** Files made to cost their reader the most, each about as long as a header may be. */
export function hostileSafetensorsFiles(): Map<string, Buffer> {
  const longest = 9_900_000;
  const entry = '{"dtype":"U8","shape":[0],"data_offsets":[0,0]}';
  const headers = {
    'one long name': `{"${'x'.repeat(longest)}`,
    'one long name in wide characters': `{"${'漢'.repeat(longest / 3)}`,
    'escapes without end': `{"${'\\\\'.repeat(longest / 2)}`,
    'quotes without end': `{"${'\\"'.repeat(longest / 2)}`,
    'deep brackets': `{"a":${'['.repeat(longest)}`,
    'deep objects': '{"a":'.repeat(longest / 5),
    'a long shape': `{"a":{"shape":[${'1,'.repeat(longest / 2)}`,
    'one long number': `{"a":{"shape":[${'9'.repeat(longest)}`,
    'many tensors': `{${Array.from({ length: 150_000 }, (_, i) => `"${i}":${entry}`).join(',')}}`,
    'many strings': `{"__metadata__":{${Array.from({ length: 750_000 }, (_, i) => `"${i}":""`).join(',')}}`,
    'not UTF-8 at its end': `{"${'x'.repeat(longest)}`,
  };
  const files = new Map(Object.entries(headers).map(([name, json]) => [name, fileOf(json)]));
  files.get('not UTF-8 at its end')?.fill(0xff, longest);
  return files;
}

function fileOf(json: string): Buffer {
  const file = Buffer.from(`12345678${json}`);
  file.writeBigUInt64LE(BigInt(file.length - 8));
  return file;
}

function judge(file: Buffer, isUntouched: boolean, result: SafetensorsFuzzResult): void {
  const start = performance.now();
  try {
    parseSafetensorsHeader(file);
    result.accepted += 1;
    if (!isLawful(file)) result.faults.push(fault(file, 'accepted, though not lawful'));
  } catch (error) {
    if (error instanceof SafetensorsError) {
      result.refused[error.reason] = (result.refused[error.reason] ?? 0) + 1;
      if (isUntouched) result.faults.push(fault(file, `refused, though lawful: ${error.message}`));
    } else {
      result.faults.push(fault(file, String(error)));
    }
  }
  result.slowestMs = Math.max(result.slowestMs, performance.now() - start);
}

function fault(file: Buffer, text: string): { base64: string; fault: string } {
  return { base64: file.toString('base64'), fault: text };
}

/** A second reading of the rules that shares nothing with the parser but the format. */
function isLawful(file: Buffer): boolean {
  const start = 8 + Number(file.readBigUInt64LE());
  const { __metadata__: strings = {}, ...tensors } = JSON.parse(
    file.toString('utf8', 8, start),
  ) as Record<string, unknown>;
  if (Object.values(strings as object).some((value) => typeof value !== 'string')) return false;
  const entries = Object.values(tensors) as Entry[];
  const used = new Uint8Array(file.length - start);
  for (const {
    dtype,
    shape,
    data_offsets: [begin, end],
  } of entries) {
    const bytes = shape.reduce((product, length) => product * length, widthOf(dtype));
    if (end - begin !== bytes || end > used.length) return false;
    for (let at = begin; at < end; at++) used[at] = (used[at] as number) + 1;
  }
  return used.every((count) => count === 1);
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function widthOf(dtype: string): number {
  return { ...WIDTHS, ...OTHER_WIDTHS }[dtype] ?? NaN;
}
