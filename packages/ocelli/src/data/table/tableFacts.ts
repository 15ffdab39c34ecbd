import type { AttributeSchema } from '../attributeSchema.ts';
import { associations } from './association.ts';
import type { Association } from './association.ts';
import type { AttributeTable } from './attributeTable.ts';
import { attributeCounts } from '../attributeCounts.ts';
import type { AttributeCounts } from '../attributeCounts.ts';

/** One class of an attribute. */
export interface ClassFacts {
  readonly label: string;
  readonly count: number;
  /** Of the labelled rows, 0 to 1. */
  readonly share: number;
}

/** One attribute of a table. */
export interface AttributeFacts {
  readonly labelled: number;
  readonly missing: number;
  readonly classes: readonly ClassFacts[];
  /** What an answer that looks at no picture gets right: the commonest class and its share. */
  readonly majorityBaseline: { readonly label: string; readonly share: number };
  /** The commonest class beside the rarest; null if one has no picture. */
  readonly imbalance: number | null;
}

/** What a table holds. */
export interface TableFacts {
  readonly file: string;
  readonly rows: number;
  readonly imageColumn: string;
  readonly attributes: Readonly<Record<string, AttributeFacts>>;
  /** Of all attributes together: the columns of a one-hot table. */
  readonly classCount: number;
  readonly missingLabels: number;
  /** Different sets of labels, and how often the commonest is there. */
  readonly combinations: { readonly distinct: number; readonly commonest: number };
  /** Every pair of attributes, the strongest first. */
  readonly associations: readonly Association[];
}

/** Counts what is in a table. */
export function tableFacts<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
): TableFacts {
  const { file, schema, labels, imageColumn, length } = table;
  const counts = attributeCounts(schema, labels);
  return {
    file,
    rows: length,
    imageColumn,
    attributes: Object.fromEntries(counts.map((one) => [one.name, attributeFacts(one)])),
    classCount: counts.reduce((sum, { classes }) => sum + classes.length, 0),
    missingLabels: counts.reduce((sum, { missing }) => sum + missing, 0),
    combinations: combinationsOf(labels, counts.length),
    associations: associations(schema, labels),
  };
}

function attributeFacts({ classes, counts, labelled, missing }: AttributeCounts): AttributeFacts {
  const facts = classes.map((label, i) => {
    const count = counts[i] ?? 0;
    return { label, count, share: labelled === 0 ? 0 : count / labelled };
  });
  const [most, least] = [Math.max(...counts), Math.min(...counts)];
  const { label = '', share = 0 } = facts.find(({ count }) => count === most) ?? {};
  return {
    labelled,
    missing,
    classes: facts,
    majorityBaseline: { label, share },
    imbalance: least === 0 ? null : most / least,
  };
}

function combinationsOf(labels: Int32Array, width: number): TableFacts['combinations'] {
  const counts = new Map<string, number>();
  let commonest = 0;
  for (let start = 0; start < labels.length; start += width) {
    const key = labels.subarray(start, start + width).join();
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    commonest = Math.max(commonest, count);
  }
  return { distinct: counts.size, commonest };
}
