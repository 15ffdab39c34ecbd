import { checkDevice, DataError } from '@ocelli/torch';
import { type LabelProbability, loadTrainedModel, predictFile } from '../train/predictor.ts';
import { openRunFolder } from '../train/runFolder.ts';
import { choice } from './choice.ts';
import { exitCodeOf, exitCodes } from './exitCodes.ts';
import { failureOf } from './failure.ts';
import { positiveInteger } from './positiveInteger.ts';

export interface PredictCommandOptions {
  readonly run: string;
  readonly weights: string;
  readonly top: string;
  readonly device?: string;
  readonly json?: boolean;
}

/** What was found out about one picture. */
interface Prediction {
  readonly picture: string;
  /** The most likely first. */
  readonly labels: readonly LabelProbability[];
}

const where = 'ocelli predict';

/**
 * Says what is on pictures. A picture that cannot be read does not keep the others from being answered.
 *
 * @returns the exit code: that of the first picture that failed, if one did.
 */
export async function runPredict(
  pictures: readonly string[],
  options: PredictCommandOptions,
): Promise<number> {
  const among = ['best', 'last'] as const;
  const weights = choice(where, { name: '--weights', value: options.weights, among });
  const top = positiveInteger(where, '--top', options.top) ?? 1;
  const { run, device, json = false } = options;
  if (device !== undefined) checkDevice(where, device);
  const trained = loadTrainedModel(openRunFolder(run), { weights, ...(device && { device }) });
  const predictions: Prediction[] = [];
  let exitCode: number = exitCodes.done;
  for (const picture of pictures) {
    try {
      const labels = await predictFile(picture, trained);
      predictions.push({ picture, labels: labels.slice(0, top) });
    } catch (error) {
      if (!isAboutTheFile(error)) throw error;
      process.stderr.write(`${failureOf(error).text}\n`);
      exitCode ||= exitCodeOf(error);
    }
  }
  process.stdout.write(json ? `${JSON.stringify(predictions)}\n` : table(predictions));
  return exitCode;
}

function isAboutTheFile(error: unknown): boolean {
  return error instanceof DataError || (error instanceof Error && 'syscall' in error);
}

/** One line a label; the picture's name stands beside its most likely one. */
function table(predictions: readonly Prediction[]): string {
  const rows = predictions.flatMap(({ picture, labels }) =>
    labels.map(({ label, probability }, index) => [
      index === 0 ? picture : '',
      label,
      `${(probability * 100).toFixed(2)} %`,
    ]),
  );
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = ([picture = '', label = '', probability = '']: readonly string[]): string =>
    [
      picture.padEnd(widths[0] ?? 0),
      label.padEnd(widths[1] ?? 0),
      probability.padStart(widths[2] ?? 0),
    ].join('  ');
  return rows.map((row) => `${line(row)}\n`).join('');
}
