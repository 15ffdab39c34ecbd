import { percentText, type Rule, type Symptoms } from './finding.ts';
import { trainCommand } from './trainCommand.ts';

/** Training pictures known by heart: a wide gap, or a validation loss that turned around. */
export const overfit: Rule = (run) => {
  const { epochs, best, experiment } = run;
  const last = epochs.at(-1);
  if (last?.validation === undefined || best?.validation === undefined) return [];
  const gap = last.train.accuracy - last.validation.accuracy;
  const lowest = Math.min(...epochs.map(({ validation }) => validation?.loss ?? Infinity));
  const turned = last.validation.loss > 1.1 * lowest;
  if (gap < 0.1 || (!turned && gap < 0.15)) return [];
  const more = turned
    ? ` The validation loss has risen from ${lowest.toFixed(3)} at its lowest to ${last.validation.loss.toFixed(3)}.`
    : '';
  return [
    {
      title: 'It overfits',
      text: `Training accuracy ended at ${percentText(last.train.accuracy)}, validation accuracy at ${percentText(last.validation.accuracy)}: the network knows its pictures by heart.${more} More pictures help most; stronger augmentation is next.`,
      command: trainCommand(experiment, strongerAugmentation(run)),
    },
  ];
};

function strongerAugmentation({ experiment, pictures }: Symptoms) {
  // A list of transforms stands in their place.
  if (experiment.augmentation === null) {
    if (!experiment.flip) return { flip: true };
    if (experiment.cutout === 0) {
      return { cutout: Math.max(1, Math.round(Math.min(pictures.height, pictures.width) / 4)) };
    }
  }
  if (experiment.labelSmoothing === 0) return { labelSmoothing: 0.1 };
  return { weightDecay: experiment.weightDecay === 0 ? 5e-4 : 2 * experiment.weightDecay };
}

/** Still getting better when it ended, without a sign of overfitting. */
export const underfit: Rule = ({ epochs, experiment }) => {
  const last = epochs.at(-1);
  const earlier = epochs.at(-1 - Math.max(1, Math.round(epochs.length / 5)));
  if (last?.validation === undefined) return [];
  if (last.train.accuracy - last.validation.accuracy >= 0.1 || last.train.accuracy > 0.95)
    return [];
  const gained =
    earlier?.validation && earlier !== last
      ? last.validation.accuracy - earlier.validation.accuracy
      : undefined;
  if (gained !== undefined && gained < 0.01) return [];
  const progress =
    gained === undefined
      ? 'One epoch is only a beginning'
      : `Validation accuracy still rose by ${(gained * 100).toFixed(1)} points since epoch ${earlier?.epoch}`;
  return [
    {
      title: 'It was not finished',
      text: `${progress}, and training accuracy (${percentText(last.train.accuracy)}) is not far above it. It would gain from more epochs.`,
      command: trainCommand(experiment, { epochs: Math.max(2, 2 * experiment.epochs) }),
    },
  ];
};

/** Neither part is good, and time does not help. */
export const tooSmall: Rule = ({ epochs, experiment }) => {
  const [last, earlier] = [epochs.at(-1), epochs.at(-1 - Math.round(epochs.length / 5))];
  if (last?.validation === undefined || earlier?.validation === undefined || epochs.length < 5) {
    return [];
  }
  const isFlat = last.validation.accuracy - earlier.validation.accuracy < 0.01;
  const gap = last.train.accuracy - last.validation.accuracy;
  if (!isFlat || gap > 0.05 || last.train.accuracy > 0.8) return [];
  return [
    {
      title: 'It underfits',
      text: `Training accuracy stayed at ${percentText(last.train.accuracy)} although nothing more was gained at the end: the network cannot tell these pictures apart at this size and rate.`,
      command: trainCommand(experiment, {
        lr: experiment.lr * 2,
        ...(experiment.labelSmoothing > 0 && { labelSmoothing: 0 }),
      }),
    },
  ];
};
