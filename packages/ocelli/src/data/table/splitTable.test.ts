import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smallTable } from '../../../test/smallTable.ts';
import { temporaryFolder, writeTree } from '../../../test/dataTree.ts';
import { pictureUnits } from './pictureUnits.ts';
import { readSplitFile, writeSplitFile } from './splitFile.ts';
import { splitTable } from './splitTable.ts';
import type { SplitTableOptions } from './splitTable.ts';

const schema = { pose: ['Back', 'Front'], mood: ['Happy', 'Neutral', 'Sad'] } as const;

/** Every class of `mood` with every one of `pose`, some more often than others. */
function mixed(count: number, groups?: Int32Array) {
  const rows = Array.from({ length: count }, (_, i) => [
    i % 10 < 3 ? 'Back' : 'Front',
    i % 50 === 7 ? null : i % 20 === 0 ? 'Sad' : i % 4 === 1 ? 'Happy' : 'Neutral',
  ]);
  return smallTable(schema, rows, groups);
}

/** How many of the rows have each class of both attributes, missing ones last. */
function counts(table: ReturnType<typeof mixed>, rows: Int32Array) {
  const named = [...rows].flatMap((row) => [
    table.labelOf(row, 'pose'),
    table.labelOf(row, 'mood'),
  ]);
  return ['Back', 'Front', 'Happy', 'Neutral', 'Sad', undefined].map(
    (label) => named.filter((other) => other === label).length,
  );
}

describe('splitTable', () => {
  test('has the sizes of the founding split at 85/15', () => {
    const { train, validation } = splitTable(mixed(13_573));
    expect([train.length, validation.length]).toEqual([11_537, 2_036]);
  });

  test('shares every class of every attribute out like the rows', () => {
    const table = mixed(1000);
    const { train, validation, test: tested } = splitTable(table, { validation: 0.2, test: 0.1 });
    // 300 Back, 700 Front; 50 Sad, 240 Happy, 690 Neutral, 20 missing.
    expect(
      counts(
        table,
        Int32Array.from({ length: 1000 }, (_, i) => i),
      ),
    ).toEqual([300, 700, 240, 690, 50, 20]);
    const near = (rows: Int32Array, share: number): void => {
      const expected = [300, 700, 240, 690, 50].map((count) => share * count);
      for (const [i, count] of counts(table, rows).slice(0, 5).entries()) {
        expect(Math.abs(count - (expected[i] ?? 0))).toBeLessThanOrEqual(1);
      }
    };
    near(train, 0.7);
    near(validation, 0.2);
    near(tested ?? new Int32Array(), 0.1);
  });

  test('loses and doubles no row, whatever the labels, groups and shares', () => {
    const label = fc.constantFrom(...schema.mood, null);
    const row = fc.tuple(fc.constantFrom(...schema.pose, null), label);
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 10, maxLength: 60 }),
        fc.array(fc.nat(20), { minLength: 60, maxLength: 60 }),
        fc.boolean(),
        fc.nat(),
        (rows, groupOf, stratified, seed) => {
          const groups = Int32Array.from(rows, (_, i) => groupOf[i] ?? 0);
          fc.pre(new Set(groups).size >= 3); // a group for each part
          const table = smallTable(schema, rows, groups);
          const parts = splitTable(table, { validation: 0.3, test: 0.2, stratified, seed });
          const { train, validation, test: tested = new Int32Array() } = parts;
          const all = [...train, ...validation, ...tested].sort((a, b) => a - b);
          expect(all).toEqual([...rows.keys()]);
          const inParts = [train, validation, tested].flatMap((part) => [
            ...new Set(Array.from(part, (i) => groups[i])),
          ]);
          expect(new Set(inParts).size).toBe(inParts.length);
          expect([train, validation, tested].every((part) => part.length > 0)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('keeps groups and equal pictures in one part', () => {
    const groups = Int32Array.from({ length: 300 }, (_, i) => Math.floor(i / 3));
    const table = mixed(300, groups);
    const duplicates = Int32Array.from({ length: 300 }, (_, i) => (i === 299 ? 0 : i));
    const { validation } = splitTable(table, { duplicates });
    expect(validation.length).toBe(45);
    const held = new Set(validation);
    for (let i = 0; i < 300; i++) expect(held.has(i)).toBe(held.has(3 * Math.floor(i / 3)));
    expect(held.has(299)).toBe(held.has(0));
  });

  test.each([true, false])(
    'leaves no part empty though every group is larger than it (stratified: %s)',
    (stratified) => {
      const persons = (count: number) => Int32Array.from({ length: 300 }, (_, i) => i % count);
      const three = mixed(300, persons(3));
      const { train, validation } = splitTable(three, { stratified }); // 45 rows asked for
      expect([train.length, validation.length]).toEqual([200, 100]);
      const held = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((seed) => {
        const [row = -1] = splitTable(three, { stratified, seed }).validation;
        return row % 3;
      });
      expect(new Set(held).size).toBeGreaterThan(1); // the seed decides which person it is
      const parts = splitTable(three, { stratified, test: 0.15 });
      expect([parts.train, parts.validation, parts.test].map((part) => part?.length)).toEqual([
        100, 100, 100,
      ]);
      const most = splitTable(mixed(300, persons(2)), { stratified, validation: 0.9 });
      expect([most.train.length, most.validation.length]).toEqual([150, 150]);
    },
  );

  test('gives an empty part the group nearest to its size', () => {
    // Persons of 100, 60 and 140 rows; 45 are asked for.
    const groups = Int32Array.from({ length: 300 }, (_, i) => (i < 100 ? 0 : i < 160 ? 1 : 2));
    const table = mixed(300, groups);
    const nearest = Array.from({ length: 60 }, (_, i) => 100 + i);
    for (const stratified of [true, false]) {
      for (const seed of [0, 1, 2, 3]) {
        expect([...splitTable(table, { seed, stratified }).validation]).toEqual(nearest);
      }
    }
  });

  test.each<[SplitTableOptions, number, number]>([
    [{}, 1, 2],
    [{ test: 0.2 }, 2, 3],
    [{ stratified: false }, 1, 2],
  ])('refuses %j for fewer groups than parts', (options, count, parts) => {
    const groups = Int32Array.from({ length: 40 }, (_, i) => i % count);
    expect(() => splitTable(mixed(40, groups), options)).toThrow(
      `splitTable: expected at least ${parts} groups of rows, one for each part, got ${count}. ` +
        'Rows of one group, and pictures that look alike, stay in one part.',
    );
  });

  test('is a pure function of the seed', () => {
    const table = mixed(200);
    for (const stratified of [true, false]) {
      const held = (seed: number) => [...splitTable(table, { seed, stratified }).validation];
      expect(held(3)).toEqual(held(3));
      expect(held(3)).not.toEqual(held(4));
    }
    expect([...splitTable(table, { stratified: false }).validation]).not.toEqual([
      ...splitTable(table).validation,
    ]);
  });

  test.each([
    [
      { validation: 0 },
      'validation to be a share of the 20 rows, between 0 and 1, that is at least one of them, got 0.',
    ],
    [{ validation: 0.001 }, 'validation to be a share'],
    [{ validation: 1 }, 'validation to be a share'],
    [{ test: -0.1 }, 'test to be a share'],
    [
      { validation: 0.6, test: 0.4 },
      'validation to be a share that leaves rows for training, got 0.6.',
    ],
    [{ seeds: 1 } as object, 'options to be among validation, test, seed, stratified, duplicates'],
  ])('refuses %j', (options, message) => {
    expect(() => splitTable(mixed(20), options)).toThrow(`splitTable: expected ${message}`);
  });
});

test('units join rows over several columns', () => {
  // 0 and 2 by the first column, 2 and 3 by the second: one unit; 1 and 4 alone.
  const columns = [Int32Array.of(7, 1, 7, 2, 3), Int32Array.of(0, 1, 5, 5, 9)];
  const { starts, members } = pictureUnits(5, columns);
  expect([[...starts], [...members]]).toEqual([
    [0, 3, 4, 5],
    [0, 2, 3, 1, 4],
  ]);
});

describe('a stored split', () => {
  const folder = temporaryFolder();
  const file = `${folder}/split.json`;
  const table = mixed(40);

  test('gives the same parts again, whatever the order of the table', () => {
    const split = splitTable(table, { validation: 0.25, test: 0.25 });
    writeSplitFile(file, table, split);
    expect(readSplitFile(file, table)).toEqual(split);
    const turned = table.subset(Int32Array.from({ length: 40 }, (_, i) => 39 - i));
    const { validation } = readSplitFile(file, turned);
    const names = (from: typeof table, rows: Int32Array) => [...rows].map((r) => from.pathOf(r));
    expect(names(turned, validation).toSorted()).toEqual(names(table, split.validation).toSorted());
  });

  test.each([
    ['no JSON', '{', 'expected a stored split, got one that is no JSON.'],
    ['no split', '[]', 'expected lists of pictures for train and validation, got something else.'],
    [
      'a strange picture',
      '{"train":["0.jpg"],"validation":["x.jpg"]}',
      'expected the pictures of labels.csv, each in one part, got "x.jpg" which is not among them.',
    ],
    [
      'a picture twice',
      '{"train":["0.jpg"],"validation":["0.jpg"]}',
      'expected the pictures of labels.csv, each in one part, got "0.jpg" twice.',
    ],
    [
      'pictures missing',
      '{"train":["0.jpg"],"validation":["1.jpg"]}',
      'expected every picture of labels.csv in a part, got no "2.jpg" (38 are missing).',
    ],
  ])('is refused with %s', (_, text, message) => {
    writeTree(folder, { 'split.json': text });
    expect(() => readSplitFile(file, table)).toThrow(`${file}: ${message}`);
  });
});
