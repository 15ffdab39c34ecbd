import { dataFilesOf } from './dataFiles.ts';
import { trialParts } from './trialData.ts';
import type { AttributeDataset } from '../../data/attributeDataset.ts';
import type { AttributeSchema } from '../../data/attributeSchema.ts';
import type { PictureSize } from '../../data/decodePicture.ts';
import { parseCorrectionRule } from '../../data/table/correctionRules.ts';
import { openTable, type OpenedTable, type OpenTableOptions } from '../../data/table/openTable.ts';
import { parseOversamplingRule } from '../../data/table/oversample.ts';
import { writeSplitFile } from '../../data/table/splitFile.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { inputScale } from './inputScale.ts';
import { defaultValidationShare } from '../experiment/settings.ts';

/** Who hears of the decoding, and where its result is kept. */
type Listeners = Pick<OpenTableOptions<AttributeSchema>, 'onDecode' | 'cacheFolder'>;

/** How the pictures of a table are to be opened, besides the experiment's settings. */
export interface TableDataOptions extends Listeners {
  /** The stored split to use instead of a new one. */
  readonly splitFile?: string;
}

/**
 * Opens the table of an experiment: rows corrected, split, and those of the training part repeated as it
 * says.
 *
 * @throws {DataError} for everything that can be wrong with the data.
 */
export async function openTableData(
  experiment: Experiment,
  path: string,
  options: TableDataOptions = {},
) {
  const { splitFile } = options;
  const { corrections, oversampling, seed, testShare, labelColumns } = experiment;
  const share = experiment.validationShare ?? defaultValidationShare;
  const opened = await openTable({
    path,
    ...decodingOptions(options),
    ...readingOptions(experiment),
    ...(labelColumns !== null && { attributes: labelColumns }),
    ...(corrections !== null && { corrections: corrections.map(parseCorrectionRule) }),
    ...(oversampling !== null && { oversampling: oversampling.map(parseOversamplingRule) }),
    ...(splitFile === undefined
      ? { split: { validation: share, seed, ...(testShare !== null && { test: testShare }) } }
      : { splitFile }),
  });
  const { statistics, skipped, warnings, schema } = opened;
  const { train, validation } = trialParts(
    { train: opened.train, validation: { split: 'validation', dataset: opened.validation } },
    experiment,
  );
  const [, height, width] = train.imageShape;
  const counts = { trainCount: train.length, validationCount: validation.dataset.length };
  return {
    train,
    validation,
    ...(opened.test && { test: opened.test }),
    validationShare: share,
    skipped,
    foundCount: opened.table.length + skipped.length,
    warnings,
    files: () => dataFilesOf(opened.cacheEntry, [path]),
    writeSplit: (file: string) => writeSplitFile(file, opened.table, opened.split),
    facts: {
      labelNames: { attributes: schema },
      height,
      width,
      ...inputScale(experiment, () => statistics),
      ...counts,
    },
  };
}

/** The settings that say which rows and columns of a table are read, and which pictures they mean. */
function readingOptions(experiment: TableSettings) {
  const { images, imageColumn, ignoreColumns, groupColumn, imageSize } = experiment;
  const { fit, maxPixels, onBadImage } = experiment;
  return {
    fit,
    maxPixels,
    onBadImage,
    ...(images !== null && { folder: images }),
    ...(imageColumn !== null && { imageColumn }),
    ...(ignoreColumns !== null && { ignore: ignoreColumns }),
    ...(groupColumn !== null && { groupColumn }),
    ...(imageSize !== null && { size: imageSize }),
  };
}

/** These and no others: a table is never downloaded. */
function decodingOptions({ onDecode, cacheFolder }: Listeners): Listeners {
  return { ...(onDecode && { onDecode }), ...(cacheFolder !== undefined && { cacheFolder }) };
}

type TableSettings = Pick<
  Experiment,
  | 'images'
  | 'imageColumn'
  | 'ignoreColumns'
  | 'groupColumn'
  | 'imageSize'
  | 'fit'
  | 'maxPixels'
  | 'onBadImage'
>;

/**
 * Opens all rows of the table of an experiment, undivided and with the labels that stand there.
 *
 * @throws {DataError} for everything that can be wrong with the data.
 */
export function openWholeTable(
  experiment: Experiment,
  path: string,
  listeners: Listeners = {},
): Promise<OpenedTable<AttributeSchema>> {
  const { labelColumns } = experiment;
  return openTable({
    path,
    ...decodingOptions(listeners),
    ...readingOptions(experiment),
    ...(labelColumns !== null && { attributes: labelColumns }),
    split: 'none',
  });
}

/** Another table, to be read as a model knows its attributes. */
export interface LabelledTableOptions extends Listeners {
  readonly path: string;
  readonly schema: AttributeSchema;
  readonly size: PictureSize;
}

/**
 * All rows of a table with known labels, for measuring a model.
 *
 * @throws {DataError} if the table lacks an attribute of the model or has a class that it does not know.
 */
export async function openLabelledTable(
  experiment: Omit<TableSettings, 'ignoreColumns' | 'groupColumn'>,
  options: LabelledTableOptions,
): Promise<{ dataset: AttributeDataset; skipped: OpenedTable<AttributeSchema>['skipped'] }> {
  const { path, schema, size } = options;
  // What was left out, and which rows belong together, is about the table that was trained on.
  const settings = { ...experiment, ignoreColumns: null, groupColumn: null };
  const reading = { ...decodingOptions(options), ...readingOptions(settings) };
  const opened = await openTable({ ...reading, path, schema, size, split: 'none' });
  return { dataset: opened.all, skipped: opened.skipped };
}
