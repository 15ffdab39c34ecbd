import { writeJsonDurably } from '../runFolder/durableFile.ts';
import { readJson } from '../runFolder/jsonFile.ts';
import { type Experiment, resolveExperiment } from '../experiment/experiment.ts';
import type { PictureFacts } from '../runData/runData.ts';
import type { RunFolder } from '../runFolder/runFolder.ts';
import { atStage } from '../experiment/stages.ts';

/** The content of `experiment.json`: everything a run was made of. */
export interface RunRecord {
  /** Its settings are those of the stage in work. */
  readonly experiment: Experiment;
  /** As the model sees them; in the stage in work, where there are several. */
  readonly pictures: PictureFacts;
  /** The stage in work, from 1; absent where there is one alone. */
  readonly stage?: number;
}

/** Writes what a run was made from into its folder, durably. */
export function writeRunRecord(folder: RunFolder, record: RunRecord): void {
  writeJsonDurably(folder.experiment, record);
}

/**
 * Reads what a run was made of.
 *
 * @throws {DataError} if the file is damaged.
 * @throws {OptionError} if a setting in it is not one of this version.
 */
export function readRunRecord(folder: RunFolder): RunRecord {
  const content = readJson<RunRecord>(folder.experiment);
  const where = folder.experiment;
  const experiment = resolveExperiment(content.experiment, { where, isRecord: true });
  const { pictures, stage } = content;
  if (stage === undefined) return { experiment, pictures };
  return { experiment: atStage(experiment, stage), pictures, stage };
}
