import type { IgnoredColumn } from '../data/table/chooseColumns.ts';
import type { RuleRecord } from '../data/table/correctionRules.ts';
import type { SizeCount } from '../data/look/lookAtPictures.ts';
import type { AttributeFacts, TableFacts } from '../data/table/tableFacts.ts';
import { grouped, percent } from './numbers.ts';

/** Rows that fit a query. */
export interface QueryFacts {
  readonly query: string;
  readonly rows: number;
  /** Paths of the first of them. */
  readonly examples: readonly string[];
}

/** How many pictures are there, and, if they were opened, what is wrong with them. */
export interface PictureCounts {
  readonly found: number;
  readonly missing: number;
  /** Files that are no picture, or damaged ones. */
  readonly unreadable?: number;
  /** Files with the same bytes as an earlier one. */
  readonly copies?: number;
  /** Pictures that look like an earlier one, though their files differ. */
  readonly nearCopies?: number;
  /** Much darker or brighter than the others, or without any sharp edge. */
  readonly dark?: number;
  readonly bright?: number;
  readonly blurred?: number;
  readonly sizes?: readonly SizeCount[];
}

/** All that is known about a table. */
export interface Inspection extends TableFacts {
  readonly ignored: readonly IgnoredColumn[];
  /** Rows whose picture an earlier row names too. */
  readonly pathsTwice: number;
  /** What lies behind the paths; more if the pictures were opened. */
  readonly pictures: PictureCounts;
  readonly corrections: readonly RuleRecord[];
  readonly queries: readonly QueryFacts[];
  /** Sizes of the parts if 15 % are held back. */
  readonly split: { readonly train: number; readonly validation: number };
  readonly warnings: readonly string[];
}

/** An inspection as a person reads it in a terminal. */
export function inspectionText(inspection: Inspection): string {
  const { rows, attributes, classCount, split } = inspection;
  const names = Object.keys(attributes);
  const head =
    `${inspection.file}: ${grouped(rows)} rows, ${names.length} attributes with ` +
    `${classCount} classes, pictures in column ${inspection.imageColumn}`;
  const parts = `15 % held back: ${grouped(split.train)} to train, ${grouped(split.validation)} to validate`;
  return [
    head,
    ...ignoredText(inspection.ignored),
    picturesText(inspection),
    labelsText(inspection),
    parts,
    ...Object.entries(attributes).flatMap(([name, facts]) => ['', ...attributeText(name, facts)]),
    ...associationsText(inspection),
    ...correctionsText(inspection.corrections),
    ...queriesText(inspection.queries),
    ...inspection.warnings.flatMap((warning, i) => [
      ...(i === 0 ? [''] : []),
      `warning: ${warning}`,
    ]),
  ].join('\n');
}

function ignoredText(ignored: readonly IgnoredColumn[]): string[] {
  if (ignored.length === 0) return [];
  return [`left out: ${ignored.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`];
}

function picturesText({ pictures, pathsTwice, rows }: Inspection): string {
  const { found, missing, sizes = [] } = pictures;
  const facts = [`${grouped(found)} of ${grouped(rows)} pictures found`];
  if (missing > 0) facts.push('pass the folder they lie in with --images');
  if (pathsTwice > 0) facts.push(`${grouped(pathsTwice)} named twice`);
  for (const [name, words] of Object.entries(noticed)) {
    const count = pictures[name as keyof typeof noticed]; // a key of a literal object
    if (count !== undefined && (count > 0 || always.has(name)))
      facts.push(`${grouped(count)} ${words}`);
  }
  const [first, ...more] = sizes;
  if (first) {
    const others = more.length === 0 ? '' : ` and ${more.length} other sizes`;
    facts.push(`${first.width}x${first.height} (${grouped(first.count)})${others}`);
  }
  return facts.join('; ');
}

const noticed = {
  copies: 'copies of another',
  nearCopies: 'that look like another',
  unreadable: 'unreadable',
  dark: 'very dark',
  bright: 'very bright',
  blurred: 'blurred',
} as const;

/** Said even where there are none: good to know. */
const always = new Set(['copies', 'unreadable']);

function labelsText({ missingLabels, combinations }: Inspection): string {
  const count = missingLabels === 0 ? 'no' : grouped(missingLabels);
  return (
    `${count} ${missingLabels === 1 ? 'label' : 'labels'} missing; ` +
    `${grouped(combinations.distinct)} different combinations, ` +
    `the commonest ${grouped(combinations.commonest)} times`
  );
}

const BAR = 30;

/** A heading with the baseline, then a line with a bar for each class, the commonest first. */
function attributeText(name: string, facts: AttributeFacts): string[] {
  const { labelled, missing, majorityBaseline, imbalance } = facts;
  const count =
    missing === 0 ? 'all labelled' : `${grouped(labelled)} labelled, ${grouped(missing)} not`;
  const skew = imbalance === null ? '' : `, 1 : ${imbalance.toFixed(1)}`;
  const classes = facts.classes.toSorted((a, b) => b.count - a.count);
  const width = Math.max(...classes.map(({ label }) => label.length));
  const most = Math.max(...classes.map(({ share }) => share));
  return [
    `${name}: ${count}${skew}, baseline ${percent(majorityBaseline.share)} %`,
    ...classes.map(({ label, count: n, share }) => {
      const bar = '█'.repeat(Math.round((BAR * share) / (most || 1)));
      const figures = `${grouped(n).padStart(9)} ${percent(share).padStart(6)} %`;
      return `  ${label.padEnd(width)} ${figures}  ${bar}`.trimEnd();
    }),
  ];
}

const STRONGEST = 5;

function associationsText({ associations }: Inspection): string[] {
  const known = associations.filter(({ cramersV }) => cramersV !== null).slice(0, STRONGEST);
  if (known.length === 0) return [];
  const lines = known.map(({ a, b, cramersV }) => `  ${(cramersV ?? 0).toFixed(3)}  ${a}, ${b}`);
  return ['', "strongest associations (Cramér's V):", ...lines];
}

function correctionsText(records: readonly RuleRecord[]): string[] {
  if (records.length === 0) return [];
  const lines = records.map(
    ({ rule, matched, changed }) =>
      `  ${rule}: ${grouped(matched)} rows match, ${grouped(changed)} changed`,
  );
  return ['', 'corrections (the figures above are those after them):', ...lines];
}

function queriesText(queries: readonly QueryFacts[]): string[] {
  return queries.flatMap(({ query, rows, examples }) => [
    '',
    `${query}: ${grouped(rows)} rows`,
    ...examples.map((path) => `  ${path}`),
  ]);
}
