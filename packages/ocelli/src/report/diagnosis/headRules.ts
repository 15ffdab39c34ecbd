import type { ClassificationReport } from '../../metrics/classificationReport.ts';
import { headScores } from '../charts/curves.ts';
import { type Finding, percentText, type Rule, type Symptoms } from './finding.ts';
import { trainCommand } from './trainCommand.ts';

function reports({ heads, evaluation }: Symptoms): [string, ClassificationReport][] {
  return heads.flatMap(({ name }): [string, ClassificationReport][] => {
    const report = evaluation?.heads[name];
    return report === undefined ? [] : [[name, report]];
  });
}

/**
 * A head's advance over always giving the same answer, as a share of what there was to gain. By the mean
 * over classes: class weights trade accuracy for it, and a head that follows them has learned.
 */
function advance({ balancedAccuracy, perClass }: ClassificationReport): number | undefined {
  const occurring = perClass.filter(({ support }) => support > 0).length;
  if (balancedAccuracy === null || occurring < 2) return undefined;
  return (balancedAccuracy - 1 / occurring) / (1 - 1 / occurring);
}

/** Classes that are in the data and never found. */
function neverFound({ perClass }: ClassificationReport): string[] {
  return perClass
    .filter(({ support, recall }) => support > 0 && recall === 0)
    .map(({ label }) => label);
}

/** The figures of a head whose frequent class alone earns the accuracy, or keeps another from being found. */
function drowned(report: ClassificationReport) {
  const { accuracy, balancedAccuracy, majorityBaseline: frequent, perClass } = report;
  if (accuracy === null || balancedAccuracy === null || frequent === null) return undefined;
  const isUneven = frequent.share > 1.5 / perClass.length;
  if (!isUneven || (accuracy - balancedAccuracy < 0.1 && neverFound(report).length === 0))
    return undefined;
  return { accuracy, balancedAccuracy, frequent };
}

/** A head that has learned nothing beside others that have, and not for its rare classes: see {@link imbalance}. */
export const starvingHead: Rule = (run) => {
  const all = reports(run);
  const advances = all.map(([, report]) => advance(report));
  if (all.length < 2 || Math.max(...advances.map((one) => one ?? 0)) < 0.1) return [];
  return all.flatMap(([name, report], index): Finding[] => {
    if ((advances[index] ?? Infinity) > 0.02 || drowned(report)) return [];
    const { balancedAccuracy, majorityBaseline } = report;
    return [
      {
        title: `The head ${name} starves`,
        text: `The mean over classes of ${name} is ${percentText(balancedAccuracy ?? 0)}, no better than always saying ${majorityBaseline?.label}. Other heads have learned, so its loss counts for too little or its labels do not show in the pictures. Give it a greater loss weight, or train without it.`,
      },
    ];
  });
};

/** How far a head's training loss may end above its own lowest before it counts as unlearned. */
const unlearned = 1.1;

/** Heads that unlearn in training what they knew, while the loss of all together is at its lowest. */
export const headsInConflict: Rule = ({ epochs, heads, experiment }) => {
  const totals = epochs.map(({ train }) => train.loss);
  const last = totals.at(-1);
  // Where all went back, the steps were too long, and no head is to blame.
  if (heads.length < 2 || last === undefined || last > Math.min(...totals)) return [];
  const pushed = heads.flatMap(({ name }): string[] => {
    const own = epochs.flatMap(({ train }) => headScores(train, name)?.loss ?? []);
    const [lowest, end] = [Math.min(...own), own.at(-1) ?? 0];
    if (own.length < 2 || end <= unlearned * lowest) return [];
    return [`${name} (from ${lowest.toFixed(3)} to ${end.toFixed(3)})`];
  });
  if (pushed.length === 0) return [];
  return [
    {
      title: 'Heads are in conflict',
      text: `The training loss rose again of ${pushed.join(', ')}, while that of all heads together ended at its lowest: what they share was bent towards the others. Take out what contradicts in their gradients, or give these heads a greater loss weight.`,
      ...(experiment.gradients === 'joint' &&
        experiment.gradientAccumulation === 1 && {
          command: trainCommand(experiment, { gradients: 'projected' }),
        }),
    },
  ];
};

/** Classes that are never said, or an accuracy that only frequent classes earn. */
export const imbalance: Rule = (run) => {
  return reports(run).flatMap(([name, report]): Finding[] => {
    const figures = drowned(report);
    if (figures === undefined) return [];
    const { accuracy, balancedAccuracy, frequent } = figures;
    const never = neverFound(report).join(', ');
    const of = run.heads.length === 1 ? '' : ` of ${name}`;
    return [
      {
        title: `Frequent classes${of} drown the rare ones`,
        text: `Accuracy${of} is ${percentText(accuracy)}, the mean over classes only ${percentText(balancedAccuracy)}; ${frequent.label} alone makes up ${percentText(frequent.share)}.${never === '' ? '' : ` Never found: ${never}.`} Weigh or repeat the rare classes, or add pictures of them.`,
      },
    ];
  });
};

/** Expected calibration error from which confidences mislead. */
const misleading = 0.1;

/** Confidences that promise more than they keep. */
export const overconfident: Rule = (run) => {
  const worst = reports(run).toSorted(
    ([, a], [, b]) => (b.calibrationError ?? 0) - (a.calibrationError ?? 0),
  )[0];
  if (worst === undefined || (worst[1].calibrationError ?? 0) < misleading) return [];
  const [name, { calibrationError }] = worst;
  const of = run.heads.length === 1 ? '' : ` of ${name}`;
  const { experiment } = run;
  return [
    {
      title: 'Its confidence misleads',
      text: `Confidence and accuracy${of} differ by ${percentText(calibrationError ?? 0)} on average. Smoothing the labels brings them together.`,
      ...(experiment.labelSmoothing === 0 && {
        command: trainCommand(experiment, { labelSmoothing: 0.1 }),
      }),
    },
  ];
};
