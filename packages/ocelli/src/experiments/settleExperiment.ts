import { countedHeads } from '../train/loss/countedHeads.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { fittingBatch, stepMemory } from '../train/memory/fittingBatch.ts';
import { type FreeMemory, freeMemory } from '../train/memory/freeMemory.ts';
import { suggestedRate, type SweepCurve } from '../train/lrFinder/curve.ts';
import { sweepExperiment } from '../train/lrFinder/sweepExperiment.ts';
import type { SweepPoint } from '../train/lrFinder/sweepPoint.ts';
import type { RunData } from '../train/runData/runData.ts';
import { atStage, stageCount } from '../train/experiment/stages.ts';

/** What settling an experiment asks, and tells on the way. */
export interface SettleOptions {
  /** How much memory a device has free. @default freeMemory */
  readonly freeMemory?: FreeMemory;
  /** Hears of each learning rate that was tried. */
  readonly onPoint?: (point: SweepPoint, step: number) => void;
}

/** An experiment that leaves nothing to data and machine any more, and how that came about. */
export interface SettledExperiment {
  readonly experiment: Experiment;
  /** Sentences for people. */
  readonly lines: readonly string[];
  /** Present if a learning rate was looked for. */
  readonly curve?: SweepCurve;
}

/**
 * Answers what an experiment leaves to data and machine: the batch size with `autoBatch`, then the
 * learning rate with `findLr`. A run on record has those answers and is not asked again.
 *
 * @throws {OptionError} if not one picture fits into memory, or the sweep suggests no learning rate.
 * @throws {DeviceError} if the device does not say how much memory it has.
 */
export async function settleExperiment(
  given: Experiment,
  data: RunData,
  options: SettleOptions = {},
): Promise<SettledExperiment> {
  const fitted = given.autoBatch ? withFittingBatches(given, data, options) : undefined;
  const experiment = fitted?.experiment ?? given;
  const lines = fitted?.lines ?? [];
  const { findLr } = experiment;
  if (findLr === null) return { experiment, lines };
  const { onPoint } = options;
  const curve = await sweepExperiment(experiment, data, { ...(onPoint && { onPoint }) });
  const lr = suggestedRate('findLr', curve, findLr);
  const { length } = curve.points;
  const found = `learning rate ${lr.toPrecision(3)}: the ${findLr} of a sweep of ${length} steps`;
  return { experiment: { ...experiment, lr }, lines: [...lines, found], curve };
}

function withFittingBatches(
  given: Experiment,
  { train, facts }: RunData,
  { freeMemory: memoryOf = freeMemory }: SettleOptions,
): SettledExperiment {
  const heads = countedHeads(train);
  const free = memoryOf(given.device);
  const numbers = Array.from({ length: stageCount(given) }, (_, index) => index + 1);
  const batches = numbers.map((number) => {
    const stage = atStage(given, number);
    const { height, width } = sizeOf(stage, given, facts);
    const memory = stepMemory(stage, { heads, shape: [3, height, width] });
    return fittingBatch(stage, memory, free);
  });
  const lines = batches.map(({ batchSize, needed }, index) => {
    const of = batches.length === 1 ? '' : ` of stage ${index + 1}`;
    return `batch size${of} ${batchSize}: a step needs about ${gigabytes(needed)} of ${gigabytes(free)} free`;
  });
  const stages =
    given.stages?.map((stage, index) => ({
      ...stage,
      batchSize: batches[index]?.batchSize ?? stage.batchSize,
    })) ?? null;
  const batchSize = batches[0]?.batchSize ?? given.batchSize; // there is one stage at least
  return { experiment: { ...given, batchSize, stages }, lines };
}

/** The pictures at hand have the size of the first stage. */
function sizeOf(stage: Experiment, given: Experiment, facts: RunData['facts']) {
  const { imageSize } = stage;
  if (imageSize === null || imageSize === given.imageSize) return facts;
  return { height: imageSize, width: imageSize };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(2)} GB`;
}
