import { checkLabelEffects } from '../../augment/labelEffect.ts';
import { type Assembled, assemble } from '../assembly/assemble.ts';
import { countedHeads } from '../loss/countedHeads.ts';
import type { StartReport } from '../checkpoints/startWeights.ts';
import type { TrainEventConsumer } from '../record/emitter.ts';
import type { RunEnded } from '../record/events.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { viewsOf } from '../evaluation/views.ts';
import type { FitOptions } from '../loop/fit.ts';
import {
  evaluationBatches,
  trainingBatches,
  trainingTransforms,
} from '../batches/pictureBatches.ts';
import type { RunData } from '../runData/runData.ts';
import { shifted, type StageStart } from '../schedules/stageStart.ts';
import { schemaOf } from '../batches/transformedBatch.ts';

/** What is worked on: a stage, or a whole run that has no stages. */
export interface StageWork {
  readonly start: StageStart;
  /** How many stages there are. */
  readonly of: number;
  /** The experiment as it is in this stage. */
  readonly experiment: Experiment;
  readonly data: RunData;
  /** Present if the run has just begun with weights that were trained before, see `startFrom`. */
  readonly begunWith?: StartReport;
}

interface WorkListeners {
  readonly warn: (message: string) => void;
  readonly metrics?: FitOptions['metrics'];
}

/** Everything that follows from the experiment in a stage, its data, and figures of the user's own. */
export function workOf(
  { start, experiment, data }: StageWork,
  { warn, metrics }: WorkListeners,
): FitOptions & { assembled: Assembled } {
  const { facts, train, validation } = data;
  const transforms = trainingTransforms(experiment, facts);
  for (const sentence of checkLabelEffects(transforms, schemaOf(train.labelNames))) warn(sentence);
  const { device, seed, fastDevRun } = experiment;
  const epochs = fastDevRun ? 1 : experiment.epochs; // the schedule is that of all of them
  const training = trainingBatches(train, facts, experiment);
  const held = evaluationBatches(validation.dataset, facts, experiment);
  const { stepsPerEpoch, batchSize } = training;
  const assembled = assemble(experiment, { heads: countedHeads(train), stepsPerEpoch, batchSize });
  const { lrAt, momentumAt } = assembled;
  return {
    ...assembled,
    assembled,
    lrAt: shifted(lrAt, start),
    ...(momentumAt && { momentumAt: shifted(momentumAt, start) }),
    data: training,
    validation: { split: validation.split, data: held },
    views: viewsOf(experiment, train.labelNames),
    epochs: start.epoch - 1 + epochs,
    device,
    seed,
    ...(metrics && { metrics }),
  };
}

/** Tells a consumer which stage began, and of no end of the run where another stage follows. */
export function inStage(
  consume: TrainEventConsumer,
  { start, of, experiment }: StageWork,
  isFollowed: (reason: RunEnded['reason']) => boolean,
): TrainEventConsumer {
  if (of === 1) return consume;
  const from = experiment.stages?.[start.number - 1]?.from ?? null;
  const told: TrainEventConsumer = async (event, emit) => {
    if (event.type === 'runStarted') {
      await consume({ ...event, stage: { ...start, of, from } }, emit);
      return;
    }
    const isEnd = event.type === 'runEnded' || event.type === 'runStopping';
    if (!isEnd || !isFollowed(event.reason)) await consume(event, emit);
  };
  return Object.defineProperty(told, 'name', { value: consume.name }); // for warnings about it
}
