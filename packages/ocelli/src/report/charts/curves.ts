import { sum } from '../../metrics/ratio.ts';
import { type AttributeScores, noTotals, type Scores, type Totals } from '../../metrics/scores.ts';
import type { StepEnded } from '../../train/record/events.ts';
import type { RunView } from '../runView.ts';
import type { Line, LineChart } from './lineChart.ts';

type Curves = Pick<RunView, 'epochs' | 'steps' | 'started' | 'best' | 'evaluation'>;
type Point = readonly [number, number];

/** Loss, accuracy, figures of one's own and learning rate of a run, over its epochs. */
export function runCurves(run: Curves): LineChart[] {
  const fine = stretches(run.steps);
  const mark = markOf(run);
  return [
    {
      id: 'loss',
      title: 'Loss',
      byRatio: true,
      lines: [
        { name: '', colour: 'train', faint: true, points: fine.map(({ x, loss }) => [x, loss]) },
        ...epochLines(run, ({ loss }) => loss),
      ],
      ...mark,
    },
    {
      id: 'accuracy',
      title: 'Accuracy',
      unit: 'percent',
      lines: [
        {
          name: '',
          colour: 'train',
          faint: true,
          points: fine.map(({ x, accuracy }) => [x, accuracy]),
        },
        ...epochLines(run, ({ accuracy }) => accuracy),
      ],
      ...mark,
    },
    ...metricCurves(run, { prefix: '' }),
    {
      id: 'lr',
      title: 'Learning rate',
      lines: [{ name: '', colour: 'ink', points: learningRates(run) }],
    },
  ];
}

/** What the scores of an epoch say about one attribute; nothing where they know of none. */
export function headScores(scores: Scores | undefined, name: string): AttributeScores | undefined {
  return scores?.attributes?.[name];
}

/** Loss, accuracy and figures of one's own of one attribute; nothing for a run that has but one label. */
export function headCurves(run: Curves, name: string, id: string): LineChart[] {
  if (!run.epochs.some(({ train }) => headScores(train, name) !== undefined)) return [];
  const baseline = run.evaluation?.heads[name]?.majorityBaseline;
  const figure = (key: 'loss' | 'accuracy') => (scores: Scores) => headScores(scores, name)?.[key];
  const mark = markOf(run);
  return [
    {
      id: `${id}loss`,
      title: `Loss of ${name}`,
      byRatio: true,
      lines: epochLines(run, figure('loss')),
      ...mark,
    },
    {
      id: `${id}accuracy`,
      title: `Accuracy of ${name}`,
      unit: 'percent',
      lines: epochLines(run, figure('accuracy')),
      ...mark,
      ...(baseline && { reference: { name: `always ${baseline.label}`, y: baseline.share } }),
    },
    ...metricCurves(run, { prefix: id, attribute: name }),
  ];
}

interface MetricsOf {
  /** Of the identifiers of the charts. */
  readonly prefix: string;
  /** The attribute; absent for the mean over all. */
  readonly attribute?: string;
}

/** A chart for each figure of one's own, which is measured in evaluations alone. */
function metricCurves(run: Curves, { prefix, attribute }: MetricsOf): LineChart[] {
  const own = (scores: Scores | undefined) =>
    (attribute === undefined ? scores : headScores(scores, attribute))?.metrics;
  const names = Object.keys(own(run.epochs.at(-1)?.validation) ?? {});
  return names.map((name) => ({
    id: `${prefix}metric-${name}`,
    title: attribute === undefined ? name : `${name} of ${attribute}`,
    lines: epochLines(run, (scores) => own(scores)?.[name]).filter(
      ({ points }) => points.length > 0,
    ),
    ...markOf(run),
  }));
}

function markOf({ best, epochs }: Curves): { mark?: number } {
  return best && epochs.length > 1 ? { mark: best.epoch } : {};
}

function epochLines(
  { epochs }: Curves,
  figureOf: (scores: Scores) => number | null | undefined,
): Line[] {
  const points = (part: 'train' | 'validation'): Point[] =>
    epochs.flatMap((epoch): Point[] => {
      const scores = epoch[part];
      const value = scores && figureOf(scores);
      return typeof value === 'number' && Number.isFinite(value) ? [[epoch.epoch, value]] : [];
    });
  return [
    { name: 'training', colour: 'train', points: points('train') },
    { name: 'validation', colour: 'validation', points: points('validation') },
  ];
}

interface Stretch {
  /** Where it ends, in epochs. */
  readonly x: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** Means over the steps between two readings of the totals, within an epoch. */
function stretches(steps: readonly StepEnded[]): Stretch[] {
  let before: StepEnded | undefined;
  return steps.flatMap((step): Stretch[] => {
    const { totals, epoch, stepInEpoch, stepsPerEpoch } = step;
    if (totals === undefined) return [];
    const since = before?.epoch === epoch ? before.totals : undefined;
    const { lossSum, count } = since ?? noTotals;
    before = step;
    const seen = totals.count - count;
    const loss = (totals.lossSum - lossSum) / seen;
    if (seen <= 0 || !Number.isFinite(loss)) return [];
    const x = epoch - 1 + stepInEpoch / stepsPerEpoch;
    return [{ x, loss, accuracy: accuracyBetween(since ?? noTotals, totals) }];
  });
}

/** Accuracy of the pictures counted since; of several attributes, the mean of theirs. */
function accuracyBetween(before: Totals, after: Totals): number {
  const heads = Object.entries(after.attributes ?? {}).map(([name, { correct, labelled }]) => {
    const own = before.attributes?.[name] ?? { correct: 0, labelled: 0 };
    return (correct - own.correct) / Math.max(1, labelled - own.labelled);
  });
  if (heads.length === 0) return (after.correct - before.correct) / (after.count - before.count);
  return sum(heads) / heads.length;
}

/** Where the schedule stood: at the steps on record, and where epochs ended. */
function learningRates({ steps, epochs }: Curves): Point[] {
  const points = [
    ...steps.map(({ epoch, stepInEpoch, stepsPerEpoch, lr }): Point => {
      return [epoch - 1 + (stepInEpoch - 1) / stepsPerEpoch, lr];
    }),
    ...epochs.map(({ epoch, lr }): Point => [epoch, lr]),
  ];
  return points.sort(([a], [b]) => a - b);
}
