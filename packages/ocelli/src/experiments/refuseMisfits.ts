import { OptionError, scope, ShapeError } from '@ocelli/torch';
import type { Metric } from '../metrics/metric.ts';
import { type PictureShape, traceCalls } from '../models/trace.ts';
import { checkFigures } from '../metrics/bestFigure.ts';
import { buildModel } from '../train/assembly/buildModel.ts';
import { countedHeads } from '../train/loss/countedHeads.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { freezeParts } from '../train/loop/freezing.ts';
import type { PictureModel } from '../train/loss/headBatches.ts';
import { declaredFigures, headOptions } from '../train/assembly/headOptions.ts';
import type { RunData } from '../train/runData/runData.ts';
import { atStage, stageCount } from '../train/experiment/stages.ts';

/**
 * Refuses settings about attributes that the data does not have, and pictures of which a network has nothing
 * left, before there is a run folder.
 *
 * @throws {OptionError} with the nearest name, or the layer that they are too small for.
 */
export function refuseMisfits(
  experiment: Experiment,
  { data, metrics }: { readonly data: RunData; readonly metrics: readonly Metric[] },
  where: string,
): void {
  const { facts } = data;
  const { labelNames } = facts;
  const heads = countedHeads(data.train);
  for (let number = 1; number <= stageCount(experiment); number++) {
    const stage = atStage(experiment, number);
    const options = headOptions(stage, heads, where);
    const best = declaredFigures(stage, options);
    const monitor = stage.scheduleOptions?.['monitor'];
    const watched = typeof monitor === 'string' && { monitor: [monitor] };
    checkFigures(where, { best, ...watched }, { labelNames, metrics });
    const { imageSize, freeze } = stage;
    const [height, width] =
      imageSize === null ? [facts.height, facts.width] : [imageSize, imageSize];
    const areSmall = Math.min(height, width) < enoughForAll;
    if (freeze === null && !areSmall) continue;
    const model = buildModel(stage, heads);
    if (freeze !== null) freezeParts(model, freeze);
    if (areSmall) refuseSmallPictures(model, [3, height, width], where);
  }
}

/** Side in pixels from which on every network of the catalog has something left of a picture. */
const enoughForAll = 96;

function refuseSmallPictures(model: PictureModel, picture: PictureShape, where: string): void {
  try {
    scope(() => void traceCalls(model, picture));
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const remedy = cause.message.endsWith('too small for the model.')
      ? 'Take larger ones (imageSize), or another model.'
      : 'Take another model.';
    throw new OptionError(`${where}: ${cause.message} ${remedy}`, { cause });
  }
}
