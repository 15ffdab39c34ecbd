import { describe, expect, it } from 'vitest';

import { features, provenCount, workingTree } from '../scripts/features/repository.ts';
import {
  type Evidence,
  faultsOf,
  featureIds,
  hasTest,
  readFeatures,
} from '../scripts/features/table.ts';

describe('docs/features.md', () => {
  it('has the 281 rows of the list, in order', () => {
    expect(featureIds).toHaveLength(281);
    expect(features().map(({ id }) => id)).toEqual(featureIds);
  });

  it('says in every row what the feature is', () => {
    expect(features().filter(({ feature }) => feature.length < 4)).toEqual([]);
  });

  it('names only files, tests and records that exist', () => {
    expect(features().flatMap((row) => faultsOf(row, workingTree))).toEqual([]);
  });

  it('counts a row only with a proof', () => {
    const rows = features();
    expect(provenCount(rows)).toBe(rows.filter(({ proofs }) => proofs.length > 0).length);
  });
});

describe('a row', () => {
  const source = "it.each([1])(\n  'adds %i', () => {});\nit.skip('subtracts', () => {});";
  const evidence: Evidence = {
    exists: (path) => path === 'a.ts' || path === 'a.test.ts',
    read: () => source,
    isRecorded: (name) => name === 'long',
  };
  const faults = (places: string, proofs: string): string[] =>
    readFeatures(`| D1 | a feature | ${places} | ${proofs} |`).flatMap((row) =>
      faultsOf(row, evidence),
    );

  it('passes with a place, a test and a recorded proof that exist', () => {
    expect(faults('`a.ts`', '`a.test.ts` “adds %i”<br>`npm run prove -- long`')).toEqual([]);
  });

  it.each([
    ['`b.ts`', '', 'D1 lives in b.ts, which does not exist'],
    ['`a.ts`', '`b.test.ts` “adds %i”', 'D1 is proven in b.test.ts, which does not exist'],
    ['`a.ts`', '`a.test.ts` “adds”', 'D1 is proven by "adds", which a.test.ts lacks'],
    ['`a.ts`', '`a.test.ts` “subtracts”', 'D1 is proven by "subtracts", which a.test.ts lacks'],
    ['`a.ts`', '`npm run prove -- x`', 'D1 rests on the long proof x, which is not on record'],
    ['', '`a.test.ts` “adds %i”', 'D1 has a proof but no place'],
  ])('with places %s and proofs %s is refused', (places, proofs, fault) => {
    expect(faults(places, proofs)).toEqual([fault]);
  });

  it('with a proof in no known form is refused', () => {
    expect(() => faults('`a.ts`', 'seen by eye')).toThrow(
      'a proof that cannot be read: seen by eye',
    );
  });

  it('finds titles that hold quotes', () => {
    expect(hasTest('it("keeps \'x\'", () => {})', "keeps 'x'")).toBe(true);
    expect(hasTest("it('keeps \\'x\\'', () => {})", "keeps 'x'")).toBe(true);
    expect(hasTest("expect('keeps')", 'keeps')).toBe(false);
  });
});
