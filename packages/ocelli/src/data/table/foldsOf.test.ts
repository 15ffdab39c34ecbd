import { expect, test } from 'vitest';
import { foldsOf } from './foldsOf.ts';

const schema = { pose: ['Back', 'Front'] };
const labels = Int32Array.from({ length: 31 }, (_, row) => (row % 3 === 0 ? 0 : 1));

test('folds have nearly the same size and share out every class', () => {
  const folds = foldsOf({ schema, labels, together: [] }, { folds: 3, seed: 1 });
  const counts = [0, 1, 2].map((fold) => {
    const rows = [...folds.keys()].filter((row) => folds[row] === fold);
    return [rows.length, rows.filter((row) => labels[row] === 0).length];
  });
  // 31 rows, 11 of them Back.
  expect(counts.map(([size]) => size)).toEqual([11, 10, 10]);
  for (const [, back = 0] of counts) expect([3, 4]).toContain(back);
  expect(foldsOf({ schema, labels, together: [] }, { folds: 3, seed: 1 })).toEqual(folds);
  expect(foldsOf({ schema, labels, together: [] }, { folds: 3, seed: 2 })).not.toEqual(folds);
});

test('rows that belong together share a fold', () => {
  const together = [labels.map((_, row) => Math.floor(row / 4))];
  const folds = foldsOf({ schema, labels, together }, { folds: 3, seed: 1 });
  for (const row of folds.keys()) expect(folds[row]).toBe(folds[row - (row % 4)]);
});

test('more folds than rows are refused', () => {
  expect(() => foldsOf({ schema, labels, together: [] }, { folds: 40, seed: 1 })).toThrow(
    'foldsOf: expected folds to be a whole number from 2 to 31, got 40.',
  );
});

test.each([
  // Three persons for four folds.
  [4, [0, 0, 0, 1, 1, 1, 2, 2, 2], 3],
  // Two persons, one of them with one picture: neither fold has room for the other.
  [2, [0, 1, 1], 2],
])('%i folds of which one would be empty are refused', (folds, persons, sets) => {
  const rows = { schema, labels: Int32Array.from(persons, (person) => person % 2) };
  const together = [Int32Array.from(persons)];
  expect(() => foldsOf({ ...rows, together }, { folds, seed: 1 })).toThrow(
    'foldsOf: expected folds to be few enough to fill each (rows that belong together share one; ' +
      `there are ${sets} such sets), got ${folds}.`,
  );
});
