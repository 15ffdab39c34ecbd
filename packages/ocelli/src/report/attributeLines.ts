import type { AttributeScores, Scores } from '../metrics/scores.ts';
import type { EpochEnded } from '../train/record/events.ts';
import { metricTexts } from './lines.ts';
import { type Column, textTable } from './table.ts';

/**
 * The heads of an epoch in the form of the founding runs, one line each, with what always saying the
 * most frequent label would reach. Nothing where a picture has one label alone.
 *
 * `GENDER_OUTPUT: [TRAIN] loss: 0.34, acc: 0.85, [VAL] loss: 0.36, acc: 0.82, balanced: 0.81, baseline: 0.56`
 */
export function attributeLines({ train, validation }: EpochEnded): string[] {
  return Object.entries(train.attributes ?? {}).map(([name, own]) => {
    const held = validation?.attributes?.[name];
    const parts = [`[TRAIN] ${shortScores(own)}`];
    if (held !== undefined) parts.push(`[VAL] ${shortScores(held)}`, ...besides(held));
    return `${`${name}_output`.toUpperCase()}: ${parts.join(', ')}`;
  });
}

function shortScores({ loss, accuracy }: AttributeScores): string {
  return `loss: ${share(loss)}, acc: ${share(accuracy)}`;
}

function besides(scores: AttributeScores): string[] {
  const { balancedAccuracy, majorityBaseline } = scores;
  const baseline = majorityBaseline?.share ?? null;
  const usual = [`balanced: ${share(balancedAccuracy ?? null)}`, `baseline: ${share(baseline)}`];
  return [...usual, ...metricTexts(scores, 2)];
}

/**
 * The heads of an evaluation as a table, each accuracy beside its baseline, figures of one's own last.
 *
 * `gender     300 of 300  0.3421    0.8533    0.8510    0.5600  male`
 */
export function attributeTable({ attributes, count, metrics = {} }: Scores): string[] {
  if (attributes === undefined) return [];
  const own = Object.keys(metrics);
  const rows = Object.entries(attributes).map(([name, scores]) => {
    const { label, share: most } = scores.majorityBaseline ?? { label: '', share: null };
    const figures = [scores.loss, scores.accuracy, scores.balancedAccuracy ?? null];
    return [
      name,
      `${scores.labelled} of ${count}`,
      ...figures.map((value) => share(value, 4)),
      share(most, 4),
      label,
      ...own.map((metric) => share(scores.metrics?.[metric] ?? null, 4)),
    ];
  });
  const ownColumns = own.map((head): Column => ({ head, align: 'right' }));
  return textTable([...columns, ...ownColumns], rows)
    .trimEnd()
    .split('\n');
}

const columns: readonly Column[] = [
  { head: 'attribute', align: 'left' },
  { head: 'labelled', align: 'right' },
  { head: 'loss', align: 'right' },
  { head: 'accuracy', align: 'right' },
  { head: 'balanced', align: 'right' },
  { head: 'baseline', align: 'right' },
  { head: '', align: 'left' },
];

/** A figure, or a dash where there is nothing it could be over. */
function share(value: number | null, digits = 2): string {
  return value === null ? '-' : value.toFixed(digits);
}
