import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type Experiment,
  type ExperimentInput,
  resolveExperiment,
} from '../train/experiment/experiment.ts';
import { openRunData, type RunData } from '../train/runData/runData.ts';
import { type SubsetOptions, type SubsetSource, subsetTable, writeSubset } from './subsetFolder.ts';

/** Rows are repeated, and parts of them tried, by each candidate for itself. */
const whole = { oversampling: null, fastDevRun: false, overfitBatch: false };

/**
 * The pictures of a shortlist, in files of their own below `folder`; those that the same choice wrote before
 * are used again.
 *
 * @param settings say where the pictures are.
 * @throws {OptionError} if settings are wrong or there are too few pictures.
 * @throws {DataError} for everything that can be wrong with the data.
 */
export async function shortlistSubset(
  folder: string,
  settings: ExperimentInput,
  choice: SubsetOptions,
): Promise<SubsetSource> {
  const { seed } = choice;
  const experiment = resolveExperiment({ ...settings, ...whole, seed }, { where: 'shortlist' });
  const { data, table, dataset } = experiment;
  const opened = await openRunData(experiment);
  const parts = [basename(data ?? table ?? dataset ?? ''), choice.count, seed];
  const name = [...parts, fingerprint(opened, { ...choice, fit: experiment.fit })]
    .join('-')
    .replace(/[^\w.-]+/g, '_');
  const place = join(folder, name);
  const isTable = 'attributes' in opened.train.labelNames;
  const subset = isTable ? { table: join(place, subsetTable) } : { data: place };
  if (existsSync(place)) return subset;
  // Under another name until it is whole: what is there is used again.
  const unfinished = `${place}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await writeSubset(opened.train, unfinished, choice);
  renameSync(unfinished, place);
  return subset;
}

type SubsetChoice = SubsetOptions & Pick<Experiment, 'fit'>;

/** Of all that a subset is made of: whatever setting led to other pictures or labels leads to another one. */
function fingerprint({ train, files }: RunData, choice: SubsetChoice): string {
  const { labels, labelNames, imageShape, length } = train;
  const names = Array.from({ length }, (_, index) => train.nameOf(index));
  return createHash('sha256')
    .update(JSON.stringify({ choice, labelNames, imageShape, names, files: files() }))
    .update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength))
    .digest('hex')
    .slice(0, 12);
}
