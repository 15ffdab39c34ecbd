import { zeros } from '@ocelli/torch';
import type { LabelNames } from '../../data/labelNames.ts';
import type { PictureDataset } from '../../data/pictureDataset.ts';
import { caseMaps } from '../../explain/caseMaps.ts';
import { colourMaps } from '../../explain/colourMap.ts';
import { lastSharedLayer, spatialLayers } from '../../explain/layers.ts';
import { overlay } from '../../explain/overlay.ts';
import { worstCases } from '../../metrics/hardCases.ts';
import type { Predictions } from '../../metrics/predictions.ts';
import type { AnsweringModel } from '../../train/predict/predictor.ts';
import type { Head } from '../heads.ts';
import { shownCases } from './shownCases.ts';
import { thumbnailOf, type Thumbnails } from './thumbnails.ts';

/** Thumbnails of each head, by its name. */
export type HeadThumbnails = Readonly<Record<string, Thumbnails>>;

/** How the maps of a report look. */
const drawing = { colours: colourMaps.even, opacity: 0.6, mode: 'blend' } as const;

/**
 * For the worst cases that a report shows of each head, where the model looked for its answer
 * (Grad-CAM). Nothing of a model that keeps no places to look at.
 */
export async function mapThumbnails(
  answering: AnsweringModel,
  dataset: PictureDataset,
  heads: readonly (Head & Predictions)[],
): Promise<HeadThumbnails> {
  if (!keepsPlaces(answering)) return {};
  const entries = heads.map(async (head) => {
    const cases = worstCases(head).slice(0, shownCases);
    const named = isAlone(answering.labelNames) ? {} : { head: head.name };
    const mapped = caseMaps(answering, dataset, { cases, ...named });
    const thumbnails = mapped.map(async ({ pixels, map, ...size }, row) => {
      const uri = await thumbnailOf({ pixels: overlay(pixels, map, drawing), ...size });
      return [cases[row]?.index ?? 0, uri] as const;
    });
    return [head.name, Object.fromEntries(await Promise.all(thumbnails))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function keepsPlaces({ model, pictures, experiment }: AnsweringModel): boolean {
  const { height, width } = pictures;
  const blank = zeros([1, 3, height, width], { device: experiment.device });
  const names = spatialLayers(model, blank).map(({ name }) => name);
  blank.dispose();
  return lastSharedLayer(model, names) !== undefined;
}

function isAlone(names: LabelNames): boolean {
  return 'classes' in names;
}
