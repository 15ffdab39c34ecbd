import { readFileSync } from 'node:fs';
import { writeJsonDurably } from './durableFile.ts';
import { type Experiment, resolveExperiment } from './experiment.ts';
import type { PictureFacts } from './runData.ts';
import type { RunFolder } from './runFolder.ts';

/** The content of `experiment.json`: everything a run was made of. */
export interface RunRecord {
  readonly experiment: Experiment;
  readonly pictures: PictureFacts;
}

/** Writes what a run was made from into its folder, durably. */
export function writeRunRecord(folder: RunFolder, record: RunRecord): void {
  writeJsonDurably(folder.experiment, record);
}

/**
 * Reads what a run was made of.
 *
 * @throws {OptionError} if a setting in it is not one of this version.
 */
export function readRunRecord(folder: RunFolder): RunRecord {
  const content = JSON.parse(readFileSync(folder.experiment, 'utf8')) as RunRecord;
  const experiment = resolveExperiment(content.experiment, { where: folder.experiment });
  return { experiment, pictures: content.pictures };
}
