import type { AttributeOptions } from '../../train/experiment/attributeSettings.ts';
import type { Experiment } from '../../train/experiment/experiment.ts';
import type { EpochEnded } from '../../train/record/events.ts';
import { headScores } from '../charts/curves.ts';
import type { Head } from '../heads.ts';
import { type Finding, rounded, type Rule, type Symptoms } from './finding.ts';
import { trainCommand } from './trainCommand.ts';

/** A loss that stopped being a number. */
export const divergence: Rule = ({ events, experiment }) => {
  const stopped = events.findLast((event) => event.type === 'runStopping');
  if (stopped?.type !== 'runStopping' || stopped.reason !== 'nonFinite') return [];
  const { badStep } = stopped;
  const at = badStep === undefined ? '' : ` at step ${badStep.step}, at a rate of ${badStep.lr}`;
  return [
    {
      title: 'The loss stopped being a number',
      text: `The training diverged${at}. A lower learning rate is the first thing to try; longest gradients can be bounded too.`,
      command: trainCommand(experiment, { lr: rounded(experiment.lr / 4), gradientClip: 5 }),
    },
  ];
};

/** How much an epoch's loss may lie above an earlier one before it counts as a relapse. */
const relapse = 1.15;

/** Weights that were never better than guessing. */
export const nothingLearned: Rule = (run) => {
  const { epochs, experiment, heads } = run;
  if (epochs.length === 0 || !heads.every((head) => isGuessing(head, run))) return [];
  return [
    {
      title: 'Nothing was learned',
      text: 'The training loss never fell below what guessing costs. The learning rate is too high, or the labels do not belong to the pictures: look at the first batches.',
      command: trainCommand(experiment, { lr: rounded(experiment.lr / 3) }),
    },
  ];
};

/** A training loss that rises while the learning rate is high. */
export const rateTooHigh: Rule = ({ epochs, experiment }) => {
  const worse = relapsed(epochs);
  if (worse === undefined) return [];
  const [before, after] = worse;
  return [
    {
      title: 'The learning rate was too high for a while',
      text: `The training loss rose from ${before.train.loss.toFixed(2)} in epoch ${before.epoch} to ${after.train.loss.toFixed(2)} in epoch ${after.epoch}: steps overshot and threw away what was learned.`,
      command: trainCommand(experiment, { lr: rounded(experiment.lr / 3) }),
    },
  ];
};

/** Whether a head was never better than saying every class as often as any other. */
function isGuessing(head: Head, { epochs, experiment }: Symptoms): boolean {
  const scores = epochs.map(({ train }) => headScores(train, head.name) ?? train);
  return Math.min(...scores.map(({ loss }) => loss ?? Infinity)) > guessingCost(head, experiment);
}

/** What saying every class as often as any other costs, by the loss that the head was trained with. */
function guessingCost({ name, classes }: Head, experiment: Experiment): number {
  const own: AttributeOptions = experiment.attributes?.[name] ?? {};
  const { loss = 'crossEntropy', focalGamma = 2, classWeights } = own;
  const isDivided = loss !== 'focal' && experiment.lossReduction === 'mean';
  // Weights by name are 1 on average. Others, where no mean divides them out, raise or lower every loss.
  if (typeof classWeights === 'object' && !isDivided) return Infinity;
  const { length: count } = classes;
  const cost = Math.log(count);
  if (loss === 'focal') return (1 - 1 / count) ** focalGamma * cost;
  return loss === 'binary' ? cost + (count - 1) * Math.log(count / (count - 1)) : cost;
}

function relapsed(epochs: readonly EpochEnded[]): [EpochEnded, EpochEnded] | undefined {
  let best: EpochEnded | undefined;
  for (const epoch of epochs) {
    if (best && epoch.train.loss > relapse * best.train.loss) return [best, epoch];
    if (best === undefined || epoch.train.loss < best.train.loss) best = epoch;
  }
  return undefined;
}

/** Epochs on each side of a drop that are compared. */
const around = 2;

/** A sudden drop of the learning rate, or a reduction on a plateau, after which nothing got better. */
export const ineffectiveDrop: Rule = ({ epochs, events, experiment }) => {
  const found: Finding[] = [];
  for (let index = around; index + around <= epochs.length; index++) {
    // The rate on record is the one with which the next epoch begins.
    const [from, to] = [epochs[index - 2]?.lr ?? 0, epochs[index - 1]?.lr ?? 0];
    const isReduced = events.some(
      (event) => event.type === 'learningRateReduced' && event.epoch === index,
    );
    if (!isReduced && !(to > 0 && to <= from / 2)) continue;
    const before = lowestLoss(epochs.slice(0, index));
    const after = lowestLoss(epochs.slice(index));
    if (before === undefined || after === undefined || after < 0.99 * before) continue;
    found.push({
      title: 'A drop of the learning rate had no effect',
      text: `After the rate fell from ${from} to ${to} at the end of epoch ${index}, the validation loss went from ${before.toFixed(3)} to ${after.toFixed(3)}. The time after it was spent for nothing.`,
      command: trainCommand(experiment, { epochs: index }),
    });
  }
  return found.slice(0, 1);
};

function lowestLoss(epochs: readonly EpochEnded[]): number | undefined {
  const losses = epochs
    .flatMap(({ validation }) => validation?.loss ?? [])
    .filter((loss) => Number.isFinite(loss));
  return losses.length === 0 ? undefined : Math.min(...losses);
}
