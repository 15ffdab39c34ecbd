import {
  applyCorrectionRules,
  attributeCounts,
  matchingRows,
  oneHotColumns,
  oversample,
  parseCorrectionRule,
  parseOversamplingRule,
  parseQuery,
  personCounts,
  readTable,
  splitTable,
  type AttributeTable,
  type Oversampling,
} from 'ocelli';
import { legacyPermutation } from './legacyPermutation.ts';
import type { Finding, Proof } from './proof.ts';

const rule = 'bodypose = Back => emotion := Neutral';
const rules = [
  'emotion != Neutral x6',
  'bodypose = Back x2',
  'bodypose != Front-Frontish x2',
  'age = 45-55 | 55+ x2',
  'carryingbag = Grocery/Home/Plastic Bag x3',
  'weight = over-weight | underweight x3',
];
const expected = {
  rows: 13_573,
  classCounts: true,
  columns: 27,
  contradictions: 111,
  left: 0,
  parts: [11_537, 2_036],
  grown: [27_577, 29_461, 39_262, 45_878, 54_460, 71_470],
  mostRepeats: 216,
};

export const personTable: Proof = {
  name: 'person-table',
  claim:
    'The founding table has its published class counts and 111 contradictions, is divided 11,537 to ' +
    '2,036, and grows by its six rules to 71,470 rows, one of them 216 times. (The split that the ' +
    'published growth started from is made again: RandomState(40), the first 2,036 held back.)',
  run: async ({ table: file }) => {
    if (file === undefined) return { held: false, figure: 'no table: pass --table PATH' };
    return findingOf((await readTable(file)).table);
  },
};

function findingOf(table: AttributeTable): Finding {
  const contradictions = parseQuery('bodypose = Back and emotion != Neutral');
  const corrected = applyCorrectionRules(table, [parseCorrectionRule(rule)]).table;
  const { train, validation } = splitTable(corrected);
  const grown = publishedGrowth(corrected);
  const found = {
    rows: table.length,
    classCounts: hasPublishedCounts(table),
    columns: oneHotColumns(table.schema).length,
    contradictions: matchingRows(table, contradictions).length,
    left: matchingRows(corrected, contradictions).length,
    parts: [train.length, validation.length],
    grown: grown.steps.map((step) => step.rows),
    mostRepeats: grown.mostRepeats,
  };
  return {
    held: JSON.stringify(found) === JSON.stringify(expected),
    figure: JSON.stringify(found),
  };
}

/** The training rows of the published runs, grown by their rules. */
function publishedGrowth(table: AttributeTable): Oversampling {
  const train = legacyPermutation(40, table.length).slice(2_036);
  return oversample(table, train, rules.map(parseOversamplingRule));
}

function hasPublishedCounts(table: AttributeTable): boolean {
  const found = attributeCounts(table.schema, table.labels).map(({ name, counts }) => [
    name,
    counts,
  ]);
  return JSON.stringify(Object.fromEntries(found)) === JSON.stringify(personCounts);
}
