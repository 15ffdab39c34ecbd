import { didYouMean, OptionError, optionError } from '@ocelli/torch';
import type { AttributeLossOptions } from '../loss/attributeLoss.ts';
import type { AttributeOptions } from '../experiment/attributeSettings.ts';
import { classWeights } from '../../data/table/classWeights.ts';
import { logPriors } from '../../data/table/logPriors.ts';
import type { CountedHead } from '../loss/countedHeads.ts';
import type { EvaluateOptions } from '../evaluation/evaluate.ts';
import type { Experiment } from '../experiment/experiment.ts';

/** An attribute with every question about it answered. */
export interface HeadOptions {
  readonly attribute: string;
  readonly loss: AttributeLossOptions;
  /** Factor on the learning rate. */
  readonly lr: number;
  /** The figure that counts, with the name of the attribute. */
  readonly figure: string;
}

/**
 * The options of every attribute of the data; none where a picture has one label alone.
 *
 * @param where what the settings were read from, for messages.
 * @throws {OptionError} if an attribute is named that the data does not have, with the nearest; or an
 *   option has no effect beside the others.
 */
export function headOptions(
  experiment: Pick<Experiment, 'table' | 'attributes' | 'lossWeights' | 'labelSmoothing'>,
  heads: readonly CountedHead[],
  where = 'experiment',
): HeadOptions[] {
  if (experiment.table === null) return [];
  const given = experiment.attributes ?? {};
  const known = heads.flatMap(({ attribute }) => attribute ?? []);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known) || `They are ${known.join(', ')}.`;
    throw new OptionError(
      `${where}: expected attributes to be those of the data, got "${name}". ${hint}`,
    );
  }
  const classTotal = heads.reduce((total, { classes }) => total + classes.length, 0);
  return heads.map((head) => {
    const { attribute = '', classes } = head;
    const own: AttributeOptions = given[attribute] ?? {};
    refuseWithoutEffect(`${where}: attributes.${attribute}`, own, experiment);
    const byCount = (classes.length * heads.length) / classTotal;
    return {
      attribute,
      loss: {
        ...lossOptions(head, own, experiment),
        lossWeight: experiment.lossWeights === 'classCount' ? byCount : (own.lossWeight ?? 1),
      },
      lr: own.lr ?? 1,
      figure: `${attribute}.${own.metric ?? 'accuracy'}`,
    };
  });
}

/** The figures that `best` stands for: itself, that of one attribute, or those of all. */
export function declaredFigures(
  { best }: Pick<Experiment, 'best'>,
  heads: readonly HeadOptions[],
): readonly string[] {
  if (best === 'mean' && heads.length > 0) return heads.map(({ figure }) => figure);
  return [heads.find(({ attribute }) => attribute === best)?.figure ?? best];
}

/** What an evaluation needs to know of the attributes, by their names. */
export function evaluationFacts(options: readonly HeadOptions[]): EvaluateOptions {
  if (options.length === 0) return {};
  return { attributes: Object.fromEntries(options.map((one) => [one.attribute, one.loss])) };
}

function lossOptions(
  { attribute = '', classes, counts }: CountedHead,
  own: AttributeOptions,
  { labelSmoothing }: Pick<Experiment, 'labelSmoothing'>,
): AttributeLossOptions {
  const { loss = 'crossEntropy', focalGamma, classWeights: weights = 'none' } = own;
  if (typeof weights === 'object' && weights.length !== classes.length) {
    const rule = `${classes.length} numbers, one for each of ${classes.join(', ')}`;
    throw optionError(`attributes.${attribute}`, 'classWeights', rule, weights);
  }
  const smoothing = own.labelSmoothing ?? (loss === 'focal' ? 0 : labelSmoothing);
  return {
    loss,
    labelSmoothing: smoothing,
    ...(focalGamma !== undefined && { focalGamma }),
    ...(weights !== 'none' && {
      classWeights:
        typeof weights === 'string'
          ? classWeights({ name: attribute, classes, counts }, { kind: weights })
          : weights,
    }),
    ...(own.logitAdjustment && {
      logitOffsets: logPriors(counts).map((prior) => prior * (own.logitAdjustment ?? 0)),
    }),
  };
}

function refuseWithoutEffect(
  where: string,
  { loss, focalGamma, labelSmoothing, logitAdjustment, lossWeight }: AttributeOptions,
  { lossWeights }: Pick<Experiment, 'lossWeights'>,
): void {
  const refuse = (name: string, circumstance: string): never => {
    throw new OptionError(
      `${where}: expected no ${name} ${circumstance}. It would have no effect.`,
    );
  };
  if (focalGamma !== undefined && loss !== 'focal') refuse('focalGamma', 'without loss focal');
  if (loss === 'focal' && labelSmoothing !== undefined) {
    refuse('labelSmoothing', 'with loss focal, which has none');
  }
  if (loss === 'binary' && logitAdjustment) {
    refuse('logitAdjustment', 'with loss binary, which compares no classes');
  }
  const weighing = lossWeights ?? 'equal';
  if (weighing !== 'equal' && lossWeight !== undefined) {
    refuse('lossWeight', `with lossWeights ${weighing}`);
  }
}
