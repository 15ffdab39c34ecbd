import { expect, it } from 'vitest';

import { parseSafetensorsHeader } from '../src/safetensors/parseHeader.ts';
import { SafetensorsError } from '../src/safetensors/safetensorsError.ts';
import { fuzzSafetensorsHeaders, hostileSafetensorsFiles } from './safetensorsFuzz.ts';

it('refuses malformed headers with an error, and accepts only lawful ones', () => {
  const result = fuzzSafetensorsHeaders({ cases: 5_000, seed: 20 });
  expect(result.faults).toEqual([]);
  expect(result.accepted).toBeGreaterThan(500);
  expect(result.untouched).toBeGreaterThan(500);
  expect(Object.keys(result.refused).sort()).toEqual([
    'byteLength',
    'dataTruncated',
    'duplicateKey',
    'duplicateName',
    'entryKey',
    'entryMissing',
    'entryType',
    'fileTooSmall',
    'headerEncoding',
    'headerJson',
    'headerPadding',
    'headerStart',
    'headerTooLarge',
    'headerTruncated',
    'hole',
    'metadataType',
    'misaligned',
    'offsetsOrder',
    'overflow',
    'overlap',
    'trailingBytes',
    'unknownDtype',
  ]);
});

it.each([...hostileSafetensorsFiles()])(
  'refuses %s in the memory of the file and 64 MB',
  (_, file) => {
    const before = process.memoryUsage.rss();
    expect(() => parseSafetensorsHeader(file)).toThrow(SafetensorsError);
    const growth = process.memoryUsage.rss() - before;
    expect(growth).toBeLessThan(file.length + 64 * 2 ** 20);
  },
);
