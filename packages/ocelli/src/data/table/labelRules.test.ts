import { describe, expect, test } from 'vitest';
import { smallTable } from '../../../test/smallTable.ts';
import { applyCorrectionRules, parseCorrectionRule } from './correctionRules.ts';
import { matchingRows } from './labelQuery.ts';
import { oversample, parseOversamplingRule } from './oversample.ts';
import { parseQuery, queryText } from './queryText.ts';

const schema = { pose: ['Back', 'Front', 'Side'], mood: ['Happy', 'Neutral', 'Sad'] } as const;

const table = smallTable(schema, [
  ['Back', 'Happy'],
  ['Front', 'Sad'],
  ['Back', 'Neutral'],
  ['Side', null],
  ['Back', null],
  [null, 'Happy'],
]);

describe('a query', () => {
  test('finds rows in which all conditions hold', () => {
    expect([...matchingRows(table, { pose: 'Back', mood: { not: 'Neutral' } })]).toEqual([0]);
    expect([...matchingRows(table, { mood: ['Happy', 'Sad'] })]).toEqual([0, 1, 5]);
    expect([...matchingRows(table, { pose: { not: ['Back', 'Side'] } })]).toEqual([1]);
    expect([...matchingRows(table, {})]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('is not fulfilled by a missing label, negated or not', () => {
    expect([...matchingRows(table, { mood: { not: 'Sad' } })]).toEqual([0, 2, 5]);
  });

  test('can be written and read back', () => {
    const query = parseQuery('pose = Back and mood != Neutral | Sad');
    expect(query).toEqual({ pose: ['Back'], mood: { not: ['Neutral', 'Sad'] } });
    expect(queryText(query)).toBe('pose = Back and mood != Neutral | Sad');
    const strange = parseQuery('bag = "black and white" | "a|b" | Daily/Office/Work Bag');
    expect(strange).toEqual({ bag: ['black and white', 'a|b', 'Daily/Office/Work Bag'] });
    expect(parseQuery(queryText(strange))).toEqual(strange);
  });

  test('refuses what does not exist with the nearest name', () => {
    expect(() => matchingRows(table, parseQuery('poes = Back') as object)).toThrow(
      'matchingRows: expected attribute to be one of pose, mood, got "poes". Did you mean "pose"?',
    );
    expect(() => matchingRows(table, parseQuery('pose = Bakc') as object)).toThrow(
      'matchingRows: expected pose to be one of Back, Front, Side, got "Bakc". Did you mean "Back"?',
    );
    expect(() => parseQuery('pose')).toThrow(
      'query: expected text to be like "bodypose = Back and emotion != Neutral", got "pose".',
    );
    expect(() => parseQuery('pose = Back and pose = Side')).toThrow(
      'expected pose to be named once',
    );
  });
});

describe('a correction rule', () => {
  const rule = { when: { pose: 'Back' }, set: { mood: 'Neutral' } } as const;

  test('sets labels where it holds and tells how many were others', () => {
    const { table: corrected, records } = applyCorrectionRules(table, [rule]);
    const moods = Array.from({ length: 6 }, (_, row) => corrected.labelOf(row, 'mood') ?? null);
    expect(moods).toEqual(['Neutral', 'Sad', 'Neutral', null, 'Neutral', 'Happy']);
    expect(records).toEqual([
      { rule: 'pose = Back => mood := Neutral', matched: 3, changed: 2, contradicted: 1 },
    ]);
    expect(matchingRows(corrected, { pose: 'Back', mood: { not: 'Neutral' } }).length).toBe(0);
    expect(table.labelOf(0, 'mood')).toBe('Happy');
  });

  test('is read from text', () => {
    expect(parseCorrectionRule('pose = Back => mood := Neutral')).toEqual({
      when: { pose: ['Back'] },
      set: { mood: 'Neutral' },
    });
    expect(() => parseCorrectionRule('pose = Back => mood = Neutral')).toThrow(
      'correction rule: expected text to be like "bodypose = Back => emotion := Neutral"',
    );
  });

  test('may not be undone by a later one', () => {
    const other = { when: { mood: 'Neutral' }, set: { mood: 'Sad' } } as const;
    expect(() => applyCorrectionRules(table, [rule, other])).toThrow(
      'labels.csv: expected the rules to agree, got 3 rows that break "pose = Back => mood := ' +
        'Neutral" after all were applied. Put it last, or change the one that undoes it.',
    );
  });

  test('names attributes and classes that exist', () => {
    const bad = parseCorrectionRule('pose = Back => mood := Neutrl');
    expect(() => applyCorrectionRules(table, [bad as typeof rule])).toThrow(
      'correction rule: expected mood to be one of Happy, Neutral, Sad, got "Neutrl". ' +
        'Did you mean "Neutral"?',
    );
  });
});

describe('oversampling', () => {
  const rows = Int32Array.of(0, 1, 2, 3);

  test('repeats matching rows in sequence, on what earlier rules have made', () => {
    const rules = ['mood != Neutral x3', 'pose = Back x2'].map(parseOversamplingRule);
    const grown = oversample(table, rows, rules as object[] as []);
    // 4 rows; rows 0 and 1 twice more: 8; then three of row 0 and one of row 2 once more: 12.
    expect(grown.steps.map((step) => step.rows)).toEqual([8, 12]);
    expect([...grown.rows]).toEqual([0, 1, 2, 3, 0, 1, 0, 1, 0, 2, 0, 0]);
    expect([grown.mostRepeated, grown.mostRepeats, grown.warning]).toEqual([0, 6, undefined]);
  });

  test('warns when one picture is there too often', () => {
    const grown = oversample(table, rows, [{ when: { mood: 'Sad' }, times: 21 }]);
    expect(grown.warning).toBe(
      '1.jpg is there 21 times: a network learns such pictures by heart. ' +
        'Use smaller factors, class weights or a balanced sampler.',
    );
    expect(oversample(table, rows, [{ when: { mood: 'Sad' }, times: 20 }]).warning).toBeUndefined();
  });

  test('refuses a rule without effect', () => {
    expect(() => oversample(table, rows, [{ when: { pose: 'Back' }, times: 1 }])).toThrow(
      'oversample: expected times to be an integer of at least 2, got 1.',
    );
    expect(() =>
      oversample(table, Int32Array.of(1), [{ when: { pose: 'Back' }, times: 2 }]),
    ).toThrow('oversample: expected when to be a rule that fits a row, got "pose = Back x2".');
    expect(() => parseOversamplingRule('pose = Back')).toThrow(
      'oversampling rule: expected text to be like "emotion != Neutral x6", got "pose = Back".',
    );
  });
});
