import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { classificationReport } from '../../metrics/classificationReport.ts';
import { labelSuspects, worstCases } from '../../metrics/hardCases.ts';
import type { Predictions } from '../../metrics/predictions.ts';
import { writeDurably, writeJsonDurably } from '../../train/runFolder/durableFile.ts';
import { evaluationBatches } from '../../train/batches/pictureBatches.ts';
import { loadTrainedModel } from '../../train/predict/predictor.ts';
import type { RunData } from '../../train/runData/runData.ts';
import type { RunFolder } from '../../train/runFolder/runFolder.ts';
import { calibratedHeads } from './calibratedHeads.ts';
import { type EvaluationFacts, mapFile, thumbnailFile } from './evaluation.ts';
import { mapThumbnails } from './mapThumbnails.ts';
import { predictAll } from './predictAll.ts';
import { predictionsCsv } from './predictionTable.ts';
import { shownCases } from './shownCases.ts';
import { thumbnailsOf } from './thumbnails.ts';

export interface StoreEvaluationOptions {
  /** Called after every batch: pictures seen, pictures in all. */
  readonly onProgress?: (done: number, total: number) => void | Promise<void>;
}

/**
 * Lets the best weights of a run (the last ones, where nothing says which are best) look at every
 * validation picture, and stores what they say: `predictions.csv`, `evaluation.json`, and thumbnails of
 * the cases a report shows, with maps of where the model looked in the worst of them.
 *
 * @throws {CheckpointError} if the run has saved no weights.
 */
export async function storeEvaluation(
  folder: RunFolder,
  data: Pick<RunData, 'validation' | 'facts'>,
  options: StoreEvaluationOptions = {},
): Promise<void> {
  const { split, dataset } = data.validation;
  const weights = existsSync(join(folder.weights, 'best.safetensors')) ? 'best' : 'last';
  const trained = loadTrainedModel(folder, { weights });
  const { model, views, experiment, calibration, weights: facts } = trained;
  const batches = evaluationBatches(dataset, data.facts, experiment);
  const answers = await predictAll(model, batches, {
    attributes: experiment.attributes ?? {},
    views,
    onBatch: (done) => options.onProgress?.(done, dataset.length),
  });
  const calibrated = calibratedHeads(answers, calibration);
  const names = Array.from({ length: dataset.length }, (_, index) => dataset.nameOf(index));
  const heads = Object.fromEntries(answers.map((head) => [head.name, classificationReport(head)]));
  const evaluation: EvaluationFacts = { split, weights, ...facts, heads };
  mkdirSync(folder.pictures, { recursive: true });
  writeDurably(folder.predictions, predictionsCsv({ names, heads: answers }));
  writeJsonDurably(thumbnailFile(folder), await thumbnailsOf(dataset, calibrated.flatMap(shownOf)));
  writeJsonDurably(mapFile(folder), await mapThumbnails(trained, dataset, calibrated));
  writeJsonDurably(folder.evaluation, evaluation);
}

/** The pictures a report shows of a head. */
function shownOf(predictions: Predictions): number[] {
  const cases = [worstCases(predictions), labelSuspects(predictions)];
  return cases.flatMap((list) => list.slice(0, shownCases).map(({ index }) => index));
}
