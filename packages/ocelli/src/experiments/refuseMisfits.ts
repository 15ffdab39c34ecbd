import type { Metric } from '../metrics/metric.ts';
import { mayMisfit, refuseMisfittingPictures } from '../models/refusePictures.ts';
import type { PictureShape } from '../models/trace.ts';
import { checkFigures } from '../metrics/bestFigure.ts';
import { buildModel } from '../train/assembly/buildModel.ts';
import { countedHeads } from '../train/loss/countedHeads.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { freezeParts } from '../train/loop/freezing.ts';
import { declaredFigures, headOptions } from '../train/assembly/headOptions.ts';
import type { RunData } from '../train/runData/runData.ts';
import { atStage, stageCount } from '../train/experiment/stages.ts';

/** Pictures, and the figures of the user's own that are measured on them. */
export interface MeasuredData {
  readonly data: Pick<RunData, 'train' | 'facts'>;
  readonly metrics: readonly Metric[];
}

/**
 * Refuses settings about attributes that the data does not have, and pictures that are too small or too
 * large for a network, before there is a run folder.
 *
 * @throws {OptionError} with the nearest name, or the layer that they do not fit.
 */
export function refuseMisfits(
  experiment: Experiment,
  { data, metrics }: MeasuredData,
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
    const picture: PictureShape = [3, height, width];
    const mayNotFit = mayMisfit(stage.model, picture);
    if (freeze === null && !mayNotFit) continue;
    const model = buildModel(stage, heads);
    if (freeze !== null) freezeParts(model, freeze);
    if (mayNotFit) refuseMisfittingPictures(model, picture, where);
  }
}
