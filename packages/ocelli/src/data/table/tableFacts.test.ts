import { describe, expect, test } from 'vitest';
import { smallTable } from '../../../test/smallTable.ts';
import { associations } from './association.ts';
import { schemaSource } from './schemaSource.ts';
import { tableFacts } from './tableFacts.ts';

const schema = { pose: ['Back', 'Front'], mood: ['Happy', 'Neutral', 'Sad'] };

describe('tableFacts', () => {
  const table = smallTable(schema, [
    ['Back', 'Neutral'],
    ['Front', 'Happy'],
    ['Front', 'Neutral'],
    ['Front', null],
    ['Front', 'Neutral'],
  ]);
  const facts = tableFacts(table);

  test('counts classes, shares and missing labels beside the majority baseline', () => {
    expect(facts.attributes['mood']).toEqual({
      labelled: 4,
      missing: 1,
      classes: [
        { label: 'Happy', count: 1, share: 0.25 },
        { label: 'Neutral', count: 3, share: 0.75 },
        { label: 'Sad', count: 0, share: 0 },
      ],
      majorityBaseline: { label: 'Neutral', share: 0.75 },
      imbalance: null,
    });
    expect(facts.attributes['pose']?.imbalance).toBe(4);
    expect([facts.rows, facts.classCount, facts.missingLabels]).toEqual([5, 5, 1]);
  });

  test('counts different combinations of labels', () => {
    expect(facts.combinations).toEqual({ distinct: 4, commonest: 2 });
  });
});

describe("Cramér's V", () => {
  const rows = (counts: readonly (readonly number[])[]) =>
    counts.flatMap((row, i) =>
      row.flatMap((count, j) =>
        Array.from({ length: count }, () => [schema.pose[i] ?? null, schema.mood[j] ?? null]),
      ),
    );
  const v = (counts: readonly (readonly number[])[]) => {
    const [pair] = associations(schema, smallTable(schema, rows(counts)).labels);
    return pair?.cramersV;
  };

  test('is that of a table worked out by hand', () => {
    // Rows 10 20 30 and 30 20 10: every expected count is 20, χ² = 4 · 100/20 = 20, V = √(20/120).
    expect(v([[10, 20, 30], [30, 20, 10]])).toBeCloseTo(0.40825, 5); // prettier-ignore
  });

  test("stands beside Pearson's χ² and its degrees of freedom", () => {
    const counts = [[10, 20, 30], [30, 20, 10]]; // prettier-ignore
    const [pair] = associations(schema, smallTable(schema, rows(counts)).labels);
    expect(pair).toMatchObject({ chiSquared: expect.closeTo(20, 10), freedom: 2, rows: 120 });
  });

  test('is 0 for independent and 1 for equal attributes, null without variation', () => {
    expect(v([[1, 2, 3], [2, 4, 6]])).toBeCloseTo(0, 10); // prettier-ignore
    expect(v([[7, 0, 0], [0, 0, 5]])).toBeCloseTo(1, 10); // prettier-ignore
    expect(v([[3, 4, 5], [0, 0, 0]])).toBeNull(); // prettier-ignore
  });
});

test('a schema is written as TypeScript that has its names', () => {
  const long = Array.from({ length: 12 }, (_, i) => `class number ${i}`);
  const source = schemaSource(
    { "who's": ['a "b"', "c'd"], mood: ['x', 'y\\z'], long },
    'my table.csv',
  );
  expect(source).toContain(
    `  'who\\'s': ['a "b"', 'c\\'d'],\n  mood: ['x', 'y\\\\z'],\n  long: [\n`,
  );
  expect(source).toContain("    'class number 11',\n  ],\n});\n");
  expect(source.startsWith('// The attributes of my table.csv, written by `ocelli types`.\n')).toBe(
    true,
  );
});
