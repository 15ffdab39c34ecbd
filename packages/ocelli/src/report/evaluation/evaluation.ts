import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Predictions } from '../../metrics/predictions.ts';
import type { ClassificationReport } from '../../metrics/classificationReport.ts';
import { readJson } from '../../train/runFolder/jsonFile.ts';
import type { RunFolder } from '../../train/runFolder/runFolder.ts';
import { readCalibration } from '../../train/predict/calibration.ts';
import type { WeightsFacts, WeightsName } from '../../train/checkpoints/weights.ts';
import type { Head } from '../heads.ts';
import { calibratedHeads } from './calibratedHeads.ts';
import type { HeadThumbnails } from './mapThumbnails.ts';
import { type PredictionTable, readPredictions } from './predictionTable.ts';
import type { Thumbnails } from './thumbnails.ts';

/** The content of `evaluation.json`: what the kept weights are worth on the validation part. */
export interface EvaluationFacts extends WeightsFacts {
  /** Which part of the data was looked at, in the user's words. */
  readonly split: string;
  readonly weights: WeightsName;
  /** The figures of each head, by its name; `label` where pictures have one label. */
  readonly heads: Readonly<Record<string, ClassificationReport>>;
}

/** Everything a run folder holds about its evaluation. */
export interface StoredEvaluation extends EvaluationFacts {
  /** What the heads say before calibration, from which their calibration is drawn. */
  readonly table: PredictionTable;
  /** The same heads, in the same order, with the probabilities of `ocelli predict`. */
  readonly calibrated: readonly (Head & Predictions)[];
  readonly thumbnails: Thumbnails;
  /** Where the model looked in the worst cases; none of a run that an earlier version evaluated. */
  readonly maps: HeadThumbnails;
}

/** Where the thumbnails of the hard cases lie. */
export function thumbnailFile(folder: RunFolder): string {
  return join(folder.pictures, 'cases.json');
}

/** Where the maps of the worst cases lie. */
export function mapFile(folder: RunFolder): string {
  return join(folder.pictures, 'case-maps.json');
}

/** The evaluation of a run; nothing if none is stored. @throws {DataError} if it is damaged. */
export function readEvaluation(
  folder: RunFolder,
  heads: readonly Head[],
): StoredEvaluation | undefined {
  if (!existsSync(folder.evaluation)) return undefined;
  const facts = readJson<EvaluationFacts>(folder.evaluation);
  const thumbnails = readJson<Thumbnails>(thumbnailFile(folder));
  const maps = existsSync(mapFile(folder)) ? readJson<HeadThumbnails>(mapFile(folder)) : {};
  const table = readPredictions(folder.predictions, heads);
  const calibrated = calibratedHeads(table.heads, readCalibration(folder, facts.epoch));
  return { ...facts, table, calibrated, thumbnails, maps };
}
