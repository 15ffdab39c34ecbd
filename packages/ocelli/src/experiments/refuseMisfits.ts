import type { Metric } from '../metrics/metric.ts';
import { catalog } from '../models/catalog.ts';
import { refuseMisfittingPictures } from '../models/refusePictures.ts';
import { checkFigures } from '../metrics/bestFigure.ts';
import { buildModel } from '../train/assembly/buildModel.ts';
import { countedHeads } from '../train/loss/countedHeads.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { freezeParts } from '../train/loop/freezing.ts';
import { declaredFigures, headOptions } from '../train/assembly/headOptions.ts';
import type { RunData } from '../train/runData/runData.ts';
import { atStage, stageCount } from '../train/experiment/stages.ts';

/**
 * Refuses settings about attributes that the data does not have, and pictures that are too small or too
 * large for a network, before there is a run folder.
 *
 * @throws {OptionError} with the nearest name, or the layer that they do not fit.
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
    const mayNotFit = areSmall || catalog[stage.model].isOfFixedSize === true;
    if (freeze === null && !mayNotFit) continue;
    const model = buildModel(stage, heads);
    if (freeze !== null) freezeParts(model, freeze);
    if (mayNotFit) refuseMisfittingPictures(model, [3, height, width], where);
  }
}

/** Side in pixels from which on every network of the catalog has something left of a picture. */
const enoughForAll = 96;
