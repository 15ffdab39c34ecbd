// The parser against the reference implementation's verdicts, recorded by make_fixtures_safetensors.py.
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parseSafetensorsHeader } from '../src/safetensors/parseHeader.ts';
import type { SafetensorsReason } from '../src/safetensors/safetensorsError.ts';
import { SafetensorsError } from '../src/safetensors/safetensorsError.ts';

interface Verdict {
  name: string;
  base64: string;
  /** The reference's error, or null where it accepts the file. */
  refused: string | null;
}

const verdicts = JSON.parse(
  readFileSync(new URL('./fixtures/safetensors_verdicts.json', import.meta.url), 'utf8'),
) as Verdict[];

/** Where the specification, or plain safety, is stricter than the reference's parser. */
const STRICTER: readonly SafetensorsReason[] = [
  'headerStart', // white space before the brace: "MUST begin with {"
  'headerPadding', // padding other than spaces: "MAY be trailing padded with whitespace (0x20)"
  'duplicateName', // "Duplicate keys are disallowed. Not all parsers may respect this."
  'duplicateKey',
  'metadataType', // "__metadata__": null
  'entryType', // an entry given as a list
  'entryKey', // a field the format does not have
];

/** The rule that each file made by hand breaks. */
const REASONS: Record<string, SafetensorsReason> = {
  'no bytes': 'fileTooSmall',
  'seven bytes': 'fileTooSmall',
  'length over the limit': 'headerTooLarge',
  'length near 2^64': 'headerTooLarge',
  'length beyond the file': 'headerTruncated',
  'empty header': 'headerStart',
  'white space first': 'headerStart',
  'no object': 'headerStart',
  'not UTF-8': 'headerEncoding',
  'no JSON': 'headerJson',
  'trailing comma': 'headerJson',
  'no comma': 'headerJson',
  'string without end': 'headerJson',
  'control character in name': 'headerJson',
  'bad escape': 'headerJson',
  'half a surrogate pair': 'headerJson',
  'text after': 'headerPadding',
  'tab after': 'headerPadding',
  'name twice': 'duplicateName',
  'metadata twice': 'duplicateName',
  'metadata key twice': 'duplicateKey',
  'metadata no object': 'metadataType',
  'metadata null': 'metadataType',
  'metadata of numbers': 'metadataType',
  'entry no object': 'entryType',
  'entry a list': 'entryType',
  'unknown field': 'entryKey',
  'field twice': 'duplicateKey',
  'no dtype': 'entryMissing',
  'no shape': 'entryMissing',
  'no offsets': 'entryMissing',
  'dtype a number': 'entryType',
  'unknown dtype': 'unknownDtype',
  'dtype in small letters': 'unknownDtype',
  'shape no list': 'entryType',
  'negative length': 'headerJson',
  'fractional length': 'headerJson',
  exponent: 'headerJson',
  'leading zero': 'headerJson',
  'length a string': 'headerJson',
  'length null': 'headerJson',
  'nested shape': 'headerJson',
  'one offset': 'entryType',
  'three offsets': 'entryType',
  'negative offset': 'headerJson',
  'end before begin': 'offsetsOrder',
  'number over 2^64': 'overflow',
  'product over 2^64': 'overflow',
  'product over 2^64, then 0': 'overflow',
  'half a byte': 'misaligned',
  'too few bytes for the shape': 'byteLength',
  'too many bytes for the shape': 'byteLength',
  overlap: 'overlap',
  'same bytes twice': 'overlap',
  hole: 'hole',
  'hole at the start': 'hole',
  'empty tensor in another': 'overlap',
  'data cut short': 'dataTruncated',
  'data missing': 'dataTruncated',
  'trailing bytes': 'trailingBytes',
  'trailing bytes without tensors': 'trailingBytes',
};

function reasonFor(base64: string): SafetensorsReason | undefined {
  try {
    parseSafetensorsHeader(Buffer.from(base64, 'base64'));
    return undefined;
  } catch (error) {
    if (error instanceof SafetensorsError) return error.reason;
    throw error;
  }
}

const byHand = verdicts.filter(({ name }) => !name.startsWith('mutation'));

describe('parseSafetensorsHeader beside the reference implementation', () => {
  it.each(byHand)('$name', ({ name, base64 }) => {
    expect(reasonFor(base64)).toBe(REASONS[name]);
    expect(name.startsWith('lawful')).toBe(REASONS[name] === undefined);
  });

  it('refuses whatever the reference refuses', () => {
    const wrong = verdicts.filter((v) => v.refused !== null && reasonFor(v.base64) === undefined);
    expect(wrong).toEqual([]);
  });

  it('accepts whatever the reference accepts, but for the rules it is stricter in', () => {
    const refused = verdicts.filter((v) => v.refused === null).map((v) => reasonFor(v.base64));
    const unexpected = refused.filter((reason) => reason && !STRICTER.includes(reason));
    expect(unexpected).toEqual([]);
    expect(refused.filter((reason) => reason === undefined).length).toBeGreaterThan(20);
  });
});
