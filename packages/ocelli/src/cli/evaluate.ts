import { DataError, OptionError } from '@ocelli/torch';
import { describeHeads, headsOf, type LabelNames } from '../data/labelNames.ts';
import { openPictures } from '../data/openPictures.ts';
import type { PictureDataset } from '../data/pictureDataset.ts';
import { attributeTable } from '../report/attributeLines.ts';
import { dataReporter } from '../report/dataReporter.ts';
import { besidesLines, evaluationLine } from '../report/lines.ts';
import { countedHeads } from '../train/loss/countedHeads.ts';
import { evaluate } from '../train/evaluation/evaluate.ts';
import { evaluationFacts, headOptions } from '../train/assembly/headOptions.ts';
import { evaluationBatches } from '../train/batches/pictureBatches.ts';
import type { TrainedModel } from '../train/predict/predictor.ts';
import {
  type DataListeners,
  openRunData,
  type PictureFacts,
  picturesFound,
} from '../train/runData/runData.ts';
import { openTrained } from '../train/runFolder/publishedRun.ts';
import { type RunFolder, splitOf } from '../train/runFolder/runFolder.ts';
import { openLabelledTable } from '../train/runData/tableData.ts';
import { type AskedModelOptions, askedModel } from './askedModel.ts';
import { choice } from './choice.ts';
import { exitCodes } from './exitCodes.ts';
import { warnOfLeftOut } from '../experiments/leftOut.ts';
import { metricsOf } from '../experiments/metricModule.ts';
import { positiveInteger } from './positiveInteger.ts';

export interface EvaluateCommandOptions extends AskedModelOptions {
  readonly data?: string;
  readonly table?: string;
  readonly images?: string;
  readonly part?: string;
  readonly weights: string;
  readonly batchSize?: string;
  readonly json?: boolean;
}

const where = 'ocelli evaluate';

/** Parts of a data set. */
const partNames = ['train', 'validation', 'test'] as const;
type PartName = (typeof partNames)[number];

/** Measures a trained model on pictures with known labels. @returns the exit code. */
export async function runEvaluate(run: string, options: EvaluateCommandOptions): Promise<number> {
  const { weights, json = false } = options;
  refuseUnread(options);
  const folder = openTrained(run);
  const trained = askedModel(where, folder, options);
  const batchSize = positiveInteger(where, '--batch-size', options.batchSize);
  const { split, dataset } = await picturesFor({ trained, folder }, options);
  const { device: place, views } = trained.experiment;
  const size = batchSize ?? trained.experiment.batchSize;
  const data = evaluationBatches(dataset, trained.pictures, { batchSize: size, device: place });
  const evaluation = await evaluate(trained.model, data, {
    device: place,
    views: trained.views,
    metrics: await metricsOf(trained.experiment),
    ...evaluationFacts(headOptions(trained.experiment, countedHeads(dataset))),
  });
  if (evaluation === undefined) throw new Error('internal: an evaluation without signal was ended');
  const { epoch } = trained.weights;
  const lines = json
    ? [JSON.stringify({ split, ...evaluation, weights, epoch, views })]
    : [
        evaluationLine({ split, scores: evaluation }),
        ...besidesLines(evaluation),
        ...attributeTable(evaluation),
        `weights: ${weights}, of epoch ${epoch}`,
        ...(views === 'one' ? [] : [`views: ${views}`]),
      ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.done;
}

interface Run {
  readonly trained: TrainedModel;
  readonly folder: RunFolder;
}

type PictureSize = Pick<PictureFacts, 'height' | 'width'>;

interface Part {
  readonly split: string;
  readonly dataset: PictureDataset;
}

/** @throws {OptionError} if options contradict one another, or one is given that would not be read. */
function refuseUnread({ data, table, images, part }: EvaluateCommandOptions): void {
  if (data !== undefined && table !== undefined) {
    throw new OptionError(`${where}: expected --data or --table, got both.`);
  }
  if (images !== undefined && table === undefined) {
    throw new OptionError(
      `${where}: expected no --images without --table, whose paths start there.`,
    );
  }
  if (part !== undefined && table !== undefined) {
    throw new OptionError(`${where}: expected no --part with --table, which is measured whole.`);
  }
}

/**
 * The part asked for; else the one a run validated on, or of other data its test part, validation part or
 * all there is.
 */
async function picturesFor(run: Run, options: EvaluateCommandOptions): Promise<Part> {
  const { data, table, images, part: asked } = options;
  const part =
    asked === undefined
      ? undefined
      : choice(where, { name: '--part', value: asked, among: partNames });
  const reporter = dataReporter(process.stderr);
  try {
    if (table !== undefined) return await wholeTable(run, { table, images }, reporter.listeners);
    const named = { part, ...reporter.listeners };
    if (data !== undefined) return await otherPictures(run.trained, data, named);
    return await ownPart(run, named);
  } finally {
    reporter.end();
  }
}

type Asked = DataListeners & { readonly part: PartName | undefined };

async function ownPart({ trained, folder }: Run, { part, ...listeners }: Asked): Promise<Part> {
  const { experiment } = trained;
  const source = experiment.data ?? experiment.table ?? 'data';
  const data = await openRunData(experiment, { ...listeners, ...splitOf(folder) });
  warnOfLeftOut(data.skipped, data.foundCount);
  refuseOtherLabels(source, trained, data.facts.labelNames);
  refuseOtherSize(source, trained, data.facts);
  // What a run validated on may be called otherwise, such as test.
  if (part === undefined || part === 'validation') return data.validation;
  const hint = experiment.table === null ? '' : ' Train with --test-share to hold one back.';
  return partOf({ source, hint }, part, data[part]);
}

async function wholeTable(
  { trained }: Run,
  { table, images }: { table: string; images: string | undefined },
  listeners: DataListeners,
): Promise<Part> {
  if (!('attributes' in trained.labelNames)) {
    const rule = 'expected no --table for a run of one label a picture';
    throw new OptionError(`${where}: ${rule}, got ${table}. Pass --data.`);
  }
  const { experiment, pictures } = trained;
  const { height, width } = pictures;
  const schema = trained.labelNames.attributes;
  const opened = await openLabelledTable(
    { ...experiment, images: images ?? null },
    { ...listeners, path: table, schema, size: { height, width } },
  );
  warnOfLeftOut(opened.skipped, opened.dataset.length + opened.skipped.length);
  return { split: 'whole', dataset: opened.dataset };
}

async function otherPictures(
  trained: TrainedModel,
  path: string,
  { part, ...listeners }: Asked,
): Promise<Part> {
  const { height, width } = trained.pictures;
  const { fit, maxPixels, onBadImage } = trained.experiment;
  const decoding = { size: { height, width }, fit, maxPixels, onBadImage };
  const opened = await openPictures({ path, ...decoding, ...listeners });
  warnOfLeftOut(opened.skipped, picturesFound(opened));
  refuseOtherLabels(path, trained, { classes: opened.classes });
  if (part !== undefined) return partOf({ source: path, hint: '' }, part, opened[part]);
  const { test, validation, train } = opened;
  if (test) return { split: 'test', dataset: test };
  if (validation) return { split: 'validation', dataset: validation };
  return { split: 'whole', dataset: train };
}

/** @throws {DataError} if there is no such part. */
function partOf(
  { source, hint }: { readonly source: string; readonly hint: string },
  split: PartName,
  dataset: PictureDataset | undefined,
): Part {
  if (dataset !== undefined) return { split, dataset };
  throw new DataError(`${source}: expected a ${split} part for --part ${split}, got none.${hint}`);
}

/** Labels are positions in lists of classes: other lists would silently mean other labels. */
function refuseOtherLabels(path: string, { labelNames }: TrainedModel, got: LabelNames): void {
  const [expected, found] = [labelNames, got].map(headsOf).map(describeHeads);
  if (expected === found) return;
  throw new DataError(`${path}: expected the classes of the run (${expected}), got ${found}.`);
}

/** A network may not take pictures of another size, and answers otherwise about those it takes. */
function refuseOtherSize(path: string, { pictures }: TrainedModel, got: PictureSize): void {
  if (got.height === pictures.height && got.width === pictures.width) return;
  const [expected, found] = [pictures, got].map(({ height, width }) => `${height}x${width}`);
  throw new DataError(
    `${path}: expected the pictures of the run, of ${expected}, got ${found}. ` +
      'Pass --data, which brings others to that size.',
  );
}
