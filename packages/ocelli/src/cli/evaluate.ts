import { checkDevice, DataError } from '@ocelli/torch';
import type { ImageDataset } from '../data/imageDataset.ts';
import { openPictures } from '../data/openPictures.ts';
import { dataReporter } from '../report/dataReporter.ts';
import { evaluationLine } from '../report/lines.ts';
import { evaluate } from '../train/evaluate.ts';
import { evaluationBatches } from '../train/pictureBatches.ts';
import { loadTrainedModel, type TrainedModel } from '../train/predictor.ts';
import { openRunData, picturesFound } from '../train/runData.ts';
import { openRunFolder } from '../train/runFolder.ts';
import { choice } from './choice.ts';
import { exitCodes } from './exitCodes.ts';
import { warnOfLeftOut } from './leftOut.ts';
import { positiveInteger } from './positiveInteger.ts';

export interface EvaluateCommandOptions {
  readonly data?: string;
  readonly weights: string;
  readonly batchSize?: string;
  readonly device?: string;
  readonly json?: boolean;
}

const where = 'ocelli evaluate';

/** Measures a trained model on pictures with known labels. @returns the exit code. */
export async function runEvaluate(run: string, options: EvaluateCommandOptions): Promise<number> {
  const among = ['best', 'last'] as const;
  const weights = choice(where, { name: '--weights', value: options.weights, among });
  const { device, json = false } = options;
  if (device !== undefined) checkDevice(where, device);
  const trained = loadTrainedModel(openRunFolder(run), { weights, ...(device && { device }) });
  const batchSize = positiveInteger(where, '--batch-size', options.batchSize);
  const { split, dataset } = await picturesFor(trained, options.data);
  const { device: place } = trained.experiment;
  const size = batchSize ?? trained.experiment.batchSize;
  const data = evaluationBatches(dataset, trained.pictures, { batchSize: size, device: place });
  const scores = await evaluate(trained.model, data, { device: place });
  if (scores === undefined) throw new Error('internal: an evaluation without a signal was ended');
  const { epoch } = trained.weights;
  const line = json
    ? JSON.stringify({ split, ...scores, weights, epoch })
    : `${evaluationLine({ split, scores })}\nweights: ${weights}, of epoch ${epoch}`;
  process.stdout.write(`${line}\n`);
  return exitCodes.done;
}

interface Part {
  readonly split: string;
  readonly dataset: ImageDataset;
}

/** The part a run validated on, or of other data its test part, validation part or all there is. */
async function picturesFor(trained: TrainedModel, path: string | undefined): Promise<Part> {
  const reporter = dataReporter(process.stderr);
  try {
    if (path === undefined) {
      const data = await openRunData(trained.experiment, reporter.listeners);
      reporter.end();
      warnOfLeftOut(data.skipped, data.foundCount);
      return data.validation;
    }
    const { height, width } = trained.pictures;
    const size = { height, width };
    const { onBadImage } = trained.experiment;
    const opened = await openPictures({ path, size, onBadImage, ...reporter.listeners });
    reporter.end();
    warnOfLeftOut(opened.skipped, picturesFound(opened));
    refuseOtherClasses(path, trained.classes, opened.classes);
    const { test, validation, train } = opened;
    if (test) return { split: 'test', dataset: test };
    if (validation) return { split: 'validation', dataset: validation };
    return { split: 'whole', dataset: train };
  } finally {
    reporter.end();
  }
}

/** Labels are positions in the list of classes: another list would silently mean other labels. */
function refuseOtherClasses(
  path: string,
  expected: readonly string[],
  got: readonly string[],
): void {
  if (expected.join('\n') === got.join('\n')) return;
  throw new DataError(
    `${path}: expected the classes of the run (${expected.join(', ')}), got ${got.join(', ')}.`,
  );
}
