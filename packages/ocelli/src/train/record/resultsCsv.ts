import { type AttributeScores, baselineOf } from '../../metrics/scores.ts';
import { csvLine } from '../../data/csvLine.ts';
import type { EpochEnded, TrainEvent } from './events.ts';
import { epochsOf } from './history.ts';

type Cell = string | number;

const columns: readonly [name: string, of: (epoch: EpochEnded) => Cell | undefined][] = [
  ['epoch', ({ epoch }) => epoch],
  ['step', ({ progress }) => progress.step],
  ['lr', ({ lr }) => lr],
  ['train_loss', ({ train }) => train.loss],
  ['train_accuracy', ({ train }) => train.accuracy],
  ['train_count', ({ train }) => train.count],
  ['validation_loss', ({ validation }) => validation?.loss],
  ['validation_accuracy', ({ validation }) => validation?.accuracy],
  ['validation_count', ({ validation }) => validation?.count],
  ['seconds', ({ progress }) => progress.seconds.toFixed(3)],
  ['validation_baseline', ({ validation }) => validation && (baselineOf(validation) ?? '')],
];

const attributeFigures = ['loss', 'accuracy', 'balancedAccuracy', 'labelled'] as const;

/**
 * The table of a run, one row an epoch, drawn from its events. Accuracies go from 0 to 1, seconds
 * are cumulative. A run without validation leaves those cells empty. A baseline is the accuracy of always
 * saying the most frequent label.
 *
 * Figures of one's own follow as `validation_<name>`. Where pictures have attributes, columns such as
 * `gender.train_loss` and `gender.validation_balanced_accuracy` come after them, with the figures of one's
 * own of each.
 */
export function resultsCsv(events: Iterable<TrainEvent>): string {
  const epochs = epochsOf(events);
  const names = Object.keys(epochs[0]?.train.attributes ?? {});
  const metrics = Object.keys(epochs[0]?.validation?.metrics ?? {});
  const ownHeader = metrics.map((metric) => `validation_${metric}`);
  const header = [
    ...columns.map(([name]) => name),
    ...ownHeader,
    ...names.flatMap((name) => [
      ...attributeHeader(name),
      ...ownHeader.map((word) => `${name}.${word}`),
    ]),
  ];
  const rows = epochs.map((epoch) => [
    ...columns.map(([, of]) => of(epoch) ?? ''),
    ...metricCells(epoch.validation, metrics),
    ...names.flatMap((name) => [
      ...attributeCells(epoch, name),
      ...metricCells(epoch.validation?.attributes?.[name], metrics),
    ]),
  ]);
  return [header, ...rows].map(csvLine).join('');
}

function metricCells(
  scores: Pick<AttributeScores, 'metrics'> | undefined,
  metrics: readonly string[],
): Cell[] {
  return metrics.map((metric) => scores?.metrics?.[metric] ?? '');
}

function attributeHeader(name: string): string[] {
  const words = attributeFigures.map((figure) => figure.replace('dA', 'd_a'));
  const train = words.filter((word) => word !== 'balanced_accuracy');
  return [
    ...train.map((word) => `${name}.train_${word}`),
    ...[...words, 'baseline'].map((word) => `${name}.validation_${word}`),
  ];
}

function attributeCells({ train, validation }: EpochEnded, name: string): Cell[] {
  const cells = (scores: AttributeScores | undefined): Cell[] =>
    attributeFigures.map((figure) => scores?.[figure] ?? '');
  // What is balanced is measured in evaluations alone.
  const [loss = '', accuracy = '', , labelled = ''] = cells(train.attributes?.[name]);
  const held = validation?.attributes?.[name];
  return [loss, accuracy, labelled, ...cells(held), held?.majorityBaseline?.share ?? ''];
}
