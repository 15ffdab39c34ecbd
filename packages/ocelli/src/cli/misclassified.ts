import { basename, dirname } from 'node:path';
import { headsOf } from '../data/labelNames.ts';
import type { PictureDataset } from '../data/pictureDataset.ts';
import { warnOfLeftOut } from '../experiments/leftOut.ts';
import { caseMaps, type MappedPicture } from '../explain/caseMaps.ts';
import { overlay, type OverlayOptions } from '../explain/overlay.ts';
import { confidentMistakes, type HardCase } from '../metrics/hardCases.ts';
import type { Predictions } from '../metrics/predictions.ts';
import { dataReporter } from '../report/dataReporter.ts';
import { calibratedHeads } from '../report/evaluation/calibratedHeads.ts';
import { predictAll } from '../report/evaluation/predictAll.ts';
import { thumbnailOf } from '../report/evaluation/thumbnails.ts';
import { headName } from '../report/heads.ts';
import type { HeadMistakes, Mistake } from '../report/mistakes/headMistakes.ts';
import { mistakesDrawing } from '../report/mistakes/mistakesDrawing.ts';
import { mistakesPage } from '../report/mistakes/mistakesPage.ts';
import { pngOf } from '../report/pictures/raster.ts';
import { textTable } from '../report/table.ts';
import { writeDurably } from '../train/runFolder/durableFile.ts';
import { evaluationBatches } from '../train/batches/pictureBatches.ts';
import type { TrainedModel } from '../train/predict/predictor.ts';
import { openRunData, type RunData } from '../train/runData/runData.ts';
import { type RunFolder, splitOf } from '../train/runFolder/runFolder.ts';
import { chosenHeads } from './chosenHeads.ts';
import { chosenRun } from './chosenRun.ts';
import { askedModel } from './askedModel.ts';
import { type ExplainCommandOptions, where } from './explainOptions.ts';
import type { SheetOptions } from './explanationSheet.ts';

/** Draws the validation pictures that a run answers wrongly, and where it looks for its answers. */
export async function runMisclassified(
  { count }: { readonly count: number },
  options: ExplainCommandOptions,
  drawing: SheetOptions,
): Promise<void> {
  const folder = chosenRun(where, options.run);
  const trained = askedModel(where, folder, options);
  const asked = chosenHeads(headsOf(trained.labelNames), options.head);
  const { split, dataset, answers } = await answersOn(folder, trained);
  const heads: HeadMistakes[] = [];
  for (const { attribute } of asked) {
    const predictions = answers.get(headName(attribute));
    if (predictions === undefined) throw new Error(`internal: no answers of ${attribute}`);
    const own = { attribute, count, predictions };
    heads.push(await headMistakes({ trained, dataset, options, drawing }, own));
  }
  const name = `${basename(dirname(folder.path))}/${basename(folder.path)}`;
  const page = { run: name, split, heads };
  const isPage = drawing.format === 'html';
  writeDurably(options.out, isPage ? mistakesPage(page) : await pngOf(mistakesDrawing(heads)));
  process.stdout.write(`${textTable(columns, heads.map(rowOf))}written: ${options.out}\n`);
}

/** What the model says about every validation picture of its run, by head. */
async function answersOn(folder: RunFolder, trained: TrainedModel) {
  const { model, views, experiment, pictures, calibration } = trained;
  const reporter = dataReporter(process.stderr);
  try {
    const data: RunData = await openRunData(experiment, {
      ...reporter.listeners,
      ...splitOf(folder),
    });
    reporter.end();
    warnOfLeftOut(data.skipped, data.foundCount);
    const { split, dataset } = data.validation;
    const batches = evaluationBatches(dataset, pictures, experiment);
    const said = await predictAll(model, batches, {
      attributes: experiment.attributes ?? {},
      views,
      onBatch: (done) => reporter.onLook({ done, total: dataset.length }),
    });
    const heads = calibratedHeads(said, calibration);
    const answers = new Map<string, Predictions>(heads.map((head) => [head.name, head]));
    return { split, dataset, answers };
  } finally {
    reporter.end();
  }
}

interface Job {
  readonly trained: TrainedModel;
  readonly dataset: PictureDataset;
  readonly options: ExplainCommandOptions;
  readonly drawing: OverlayOptions;
}

interface HeadJob {
  readonly attribute: string | undefined;
  readonly predictions: Predictions;
  /** Mistakes shown at most. */
  readonly count: number;
}

async function headMistakes(job: Job, { attribute, predictions, count }: HeadJob) {
  const { trained, dataset, options, drawing } = job;
  const { layer, method } = options;
  const wrong = confidentMistakes(predictions);
  const cases = wrong.slice(0, count);
  const mapped = caseMaps(trained, dataset, {
    cases,
    ...(attribute !== undefined && { head: attribute }),
    ...(layer !== undefined && { layer }),
    ...(method !== undefined && { method }),
  });
  const shown = cases.map(async (one, index): Promise<Mistake> => {
    const picture = mapped[index];
    if (picture === undefined) throw new Error('internal: a case without a map');
    const name = dataset.nameOf(one.index);
    return { name, ...inWords(one, predictions), ...(await urisOf(picture, drawing)) };
  });
  const labelled = predictions.labels.filter((label) => label !== -1).length;
  const name = headName(attribute);
  return { name, labelled, wrong: wrong.length, shown: await Promise.all(shown) };
}

function inWords(one: HardCase, { classes }: Predictions) {
  const { label, predicted, labelProbability, predictedProbability: probability } = one;
  const [truth = '', answer = ''] = [classes[label], classes[predicted]];
  return { label: truth, labelProbability, answer, probability };
}

/** Of a picture, in pixels: twice its place on paper. */
const longestSide = 224;

async function urisOf(mapped: MappedPicture, drawing: OverlayOptions) {
  const coloured = overlay(mapped.pixels, mapped.map, drawing);
  return {
    picture: await thumbnailOf(mapped, longestSide),
    map: await thumbnailOf({ ...mapped, pixels: coloured }, longestSide),
  };
}

const columns = [
  { head: 'attribute', align: 'left' },
  { head: 'labelled', align: 'right' },
  { head: 'wrong', align: 'right' },
  { head: 'shown', align: 'right' },
] as const;

function rowOf({ name, labelled, wrong, shown }: HeadMistakes): string[] {
  return [name, String(labelled), String(wrong), String(shown.length)];
}
