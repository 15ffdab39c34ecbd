import { Adam, AdamW, SGD, type Tensor } from '@ocelli/torch';
import { towerKey } from '../../models/towers.ts';
import { type AveragedWeights, emaWeights, lookahead } from '../loop/averagedWeights.ts';
import { attributeLoss } from '../loss/attributeLoss.ts';
import { buildModel } from './buildModel.ts';
import type { SavableOptimizer } from '../checkpoints/checkpoint.ts';
import type { CountedHead } from '../loss/countedHeads.ts';
import type { EvaluateOptions } from '../evaluation/evaluate.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { freezeParts } from '../loop/freezing.ts';
import { type GradientRule, jointGradients, separateGradients } from '../loop/gradientRule.ts';
import type { PictureModel } from '../loss/headBatches.ts';
import { declaredFigures, evaluationFacts, type HeadOptions, headOptions } from './headOptions.ts';
import { LearnedLossWeights } from '../loss/learnedLossWeights.ts';
import { classificationLoss, type Loss } from '../loss/loss.ts';
import { projectedGradients } from '../loop/projectedGradients.ts';
import type { PlateauRate } from '../schedules/plateau.ts';
import type { Schedule } from '../schedules/schedule.ts';
import { createSchedule, type MadeSchedule } from '../schedules/createSchedule.ts';
import { StepGraph } from '../loop/stepGraph.ts';
import type { Precision, StepOptimizer } from '../loop/trainStep.ts';

/** What an experiment makes of its settings, before any picture is seen. */
export interface Assembled {
  readonly model: PictureModel;
  readonly optimizer: StepOptimizer & SavableOptimizer;
  readonly loss: Loss;
  readonly gradients: GradientRule;
  readonly lrAt: Schedule;
  /** Present where the schedule moves the momentum too. */
  readonly momentumAt?: Schedule;
  /** Present where the learning rate also depends on how the run goes. */
  readonly plateau?: PlateauRate;
  /** Factors on the learning rate, one for each parameter group of the optimizer. */
  readonly lrFactors: readonly number[];
  /** What those groups hold: `trunk`, `heads`, the names of attributes, `loss`. */
  readonly groupNames: readonly string[];
  /** Longest gradient of the loss as it is, summed or not; absent: gradients are left as they are. */
  readonly gradientClip?: number;
  /** Parts of a step; see `StepParts`. */
  readonly accumulation: number;
  readonly precision: Precision;
  /** Present where steps are recorded; see `StepParts`. */
  readonly graph?: StepGraph;
  /** Present where an average of the weights is kept. */
  readonly averages?: AveragedWeights;
  /** Figures whose mean decides which epoch is best. */
  readonly best: readonly string[];
  /** Of attributes, what an evaluation needs to know. */
  readonly attributes?: NonNullable<EvaluateOptions['attributes']>;
}

/** What comes from the data. */
export interface DataSizes {
  /** The heads with the training pictures of their classes; see `countedHeads`. */
  readonly heads: readonly CountedHead[];
  readonly stepsPerEpoch: number;
  /** Pictures of a whole batch: fewer than the experiment says where the data has fewer. */
  readonly batchSize: number;
}

/**
 * Builds model, optimizer, loss and schedule of an experiment. Weights depend on its seed alone.
 *
 * @throws {DeviceError} if the device is not there.
 * @throws {OptionError} if options are given to an attribute that the data does not have.
 */
export function assemble(experiment: Experiment, sizes: DataSizes): Assembled {
  const { gradientClip } = experiment;
  const model = buildModel(experiment, sizes.heads);
  if (experiment.freeze !== null) freezeParts(model, experiment.freeze);
  const options = headOptions(experiment, sizes.heads);
  const loss = buildLoss(experiment, options);
  const scale = gradientScale(experiment, sizes);
  const groups = parameterGroups(experiment, { model, loss, options, scale });
  const schedule = buildSchedule(experiment, sizes.stepsPerEpoch);
  return {
    model,
    loss,
    optimizer: buildOptimizer(experiment, { groups, schedule }),
    lrFactors: groups.map(({ factor }) => factor),
    groupNames: groups.map(({ name }) => name),
    gradients: gradientRules[experiment.gradients ?? 'joint'](model),
    ...schedule,
    ...averaging(experiment, model),
    accumulation: experiment.gradientAccumulation,
    precision: experiment.precision,
    ...(experiment.cudaGraph && { graph: new StepGraph(experiment.device) }),
    best: declaredFigures(experiment, options),
    ...(gradientClip !== null && { gradientClip: gradientClip * scale }),
    ...evaluationFacts(options),
  };
}

function averaging(experiment: Experiment, model: PictureModel): { averages?: AveragedWeights } {
  const { emaDecay, emaWarmup, lookaheadSteps, lookaheadAlpha } = experiment;
  if (emaDecay !== null) {
    return { averages: emaWeights(model, { decay: emaDecay, warmup: emaWarmup }) };
  }
  if (lookaheadSteps === null) return {};
  const alpha = lookaheadAlpha !== null && { alpha: lookaheadAlpha };
  return { averages: lookahead(model, { steps: lookaheadSteps, ...alpha }) };
}

const gradientRules: Readonly<
  Record<'joint' | 'separate' | 'projected', (model: PictureModel) => GradientRule>
> = {
  joint: () => jointGradients,
  separate: separateGradients,
  projected: projectedGradients,
};

function buildLoss(experiment: Experiment, heads: readonly HeadOptions[]): Loss {
  const { lossReduction: reduction, labelSmoothing, lossWeights, device } = experiment;
  if (heads.length === 0) return classificationLoss({ reduction, labelSmoothing });
  const attributes = Object.fromEntries(heads.map((head) => [head.attribute, head.loss]));
  const learned =
    lossWeights === 'learned' ? new LearnedLossWeights(Object.keys(attributes)).to({ device }) : {};
  return attributeLoss({
    reduction,
    attributes,
    ...(learned instanceof LearnedLossWeights && { learned }),
  });
}

interface Group {
  /** What it holds, for the record. */
  readonly name: string;
  readonly params: readonly Tensor[];
  /** Factor on the learning rate. */
  readonly factor: number;
  readonly weightDecay: number;
}

interface Learning {
  readonly model: PictureModel;
  readonly loss: Loss;
  readonly options: readonly HeadOptions[];
  /** See `gradientScale`. */
  readonly scale: number;
}

/** One group where all learn alike; else one for the trunk, one a head, one for the loss. */
function parameterGroups(
  experiment: Experiment,
  { model, loss, options, scale }: Learning,
): Group[] {
  // The learning rate is divided by the scale at every step, so the decay, which is not part of the
  // loss, has to be multiplied to stay what it says.
  const weightDecay = experiment.weightDecay * scale;
  const byFactor = new Map<number, { params: Tensor[]; owners: Set<string> }>();
  for (const [key, parameter] of model.namedParameters()) {
    if (!parameter.requiresGrad) continue;
    const head = options.find(({ attribute }) => key.startsWith(`heads.${towerKey(attribute)}.`));
    const factor = head?.lr ?? experiment.trunkLr ?? 1;
    const group = byFactor.get(factor) ?? { params: [], owners: new Set() };
    group.params.push(parameter);
    group.owners.add(head?.attribute ?? 'trunk');
    byFactor.set(factor, group);
  }
  const groups = [...byFactor].map(([factor, { params, owners }]) => {
    return { name: groupName(owners, options.length), factor, params, weightDecay };
  });
  const { learned } = loss;
  if (learned === undefined) return groups;
  const own = { factor: 1, params: learned.parameters(), weightDecay: 0 };
  return [...groups, { name: 'loss', ...own }];
}

function groupName(owners: ReadonlySet<string>, headCount: number): string {
  const heads = [...owners].filter((owner) => owner !== 'trunk');
  const all = heads.length > 1 && heads.length === headCount ? ['heads'] : heads;
  return [...(owners.has('trunk') ? ['trunk'] : []), ...all].join('+');
}

function buildOptimizer(
  experiment: Experiment,
  { groups, schedule }: { groups: readonly Group[]; schedule: MadeSchedule },
): Assembled['optimizer'] {
  const { optimizer, nesterov } = experiment;
  const params = groups.map(({ params, weightDecay }) => ({ params, weightDecay }));
  const lr = 0; // set before every step
  if (optimizer === 'adam') return new Adam(params, { lr });
  if (optimizer === 'adamw') return new AdamW(params, { lr });
  const momentum = experiment.momentum ?? schedule.momentumAt?.(0) ?? 0;
  return new SGD(params, { lr, momentum, nesterov: nesterov ?? false });
}

/** How many times as long the gradients are as those of a loss that is a mean. */
function gradientScale({ lossReduction }: Experiment, { batchSize }: DataSizes): number {
  return lossReduction === 'sum' ? batchSize : 1;
}

function buildSchedule(experiment: Experiment, stepsPerEpoch: number): MadeSchedule {
  const { schedule, scheduleOptions, lr, epochs, peakEpoch, optimizer, momentum } = experiment;
  const options = peakEpoch === null ? (scheduleOptions ?? {}) : { peakEpoch };
  // Only sgd has a momentum to move, and where the experiment says one it stays.
  const movesMomentum = optimizer === 'sgd' && momentum === null;
  return createSchedule(schedule, options, { lr, epochs, stepsPerEpoch, movesMomentum });
}
