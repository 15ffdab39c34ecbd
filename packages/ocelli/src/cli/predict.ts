import { DataError, OptionError, optionError } from '@ocelli/torch';
import { headsOf } from '../data/labelNames.ts';
import {
  answerCsv,
  answerJson,
  answerTable,
  type AnswerTableOptions,
  type PictureAnswer,
} from '../report/answerTable.ts';
import { usableColumns } from '../report/output.ts';
import { answersTo, type TrainedModel } from '../train/predict/predictor.ts';
import { type AskedModelOptions, askedModel } from './askedModel.ts';
import { choice } from './choice.ts';
import { chosenRun } from './chosenRun.ts';
import { eachPicture } from './eachPicture.ts';
import { pictureFiles } from './pictureFiles.ts';
import { positiveInteger } from './positiveInteger.ts';

export interface PredictCommandOptions extends AskedModelOptions {
  readonly run?: string;
  readonly top?: string;
  readonly format?: string;
  readonly minPrecision?: string;
  readonly json?: boolean;
}

const where = 'ocelli predict';

const formats = ['table', 'json', 'jsonl', 'csv'] as const;
type Format = (typeof formats)[number];

/**
 * Says what is on pictures. A picture that cannot be read does not keep the others from being answered.
 *
 * @returns the exit code: that of the first picture that failed, if one did.
 */
export async function runPredict(
  words: readonly string[],
  options: PredictCommandOptions,
): Promise<number> {
  const format = formatOf(options);
  const asked = positiveInteger(where, '--top', options.top);
  const trained = askedModel(where, chosenRun(where, options.run), options);
  if (asked !== undefined) refuseUnreadTop(format, trained);
  const top = asked ?? 5;
  const minPrecision = precisionOf(options.minPrecision, trained);
  const { answers, exitCode } = await eachPicture(
    await pictureFiles(words),
    async (picture): Promise<PictureAnswer> => {
      return { picture, heads: await answersTo(picture, trained, { minPrecision }) };
    },
  );
  process.stdout.write(texts[format](answers, { top, columns: usableColumns(process.stdout) }));
  return exitCode;
}

function formatOf({ json = false, format }: PredictCommandOptions): Format {
  const value = format ?? (json ? 'json' : 'table');
  if (json && value !== 'json') {
    throw new OptionError(`${where}: expected --json or --format ${value}, got both.`);
  }
  return choice(where, { name: '--format', value, among: formats });
}

/** @throws {OptionError} where all labels are shown, or one of each attribute. */
function refuseUnreadTop(format: Format, { labelNames }: TrainedModel): void {
  if (format === 'csv') {
    const reason = 'which has the probability of every class';
    throw new OptionError(`${where}: expected no --top with --format csv, ${reason}.`);
  }
  const isOfAttributes = headsOf(labelNames).some(({ attribute }) => attribute !== undefined);
  if (!isOfAttributes) return;
  throw new OptionError(
    `${where}: expected no --top for a run of attributes, which have one label each.`,
  );
}

const texts: Readonly<
  Record<Format, (answers: readonly PictureAnswer[], options: AnswerTableOptions) => string>
> = {
  table: answerTable,
  csv: (answers) => answerCsv(answers),
  json: (answers, { top }) => `${JSON.stringify(answers.map((one) => answerJson(one, top)))}\n`,
  jsonl: (answers, { top }) =>
    answers.map((one) => `${JSON.stringify(answerJson(one, top))}\n`).join(''),
};

/** @throws {OptionError} unless it is a share; {DataError} if the run has measured none. */
function precisionOf(text: string | undefined, { calibration }: TrainedModel): number {
  if (text === undefined) return 0;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 1)) {
    throw optionError(where, '--min-precision', 'a number above 0 and at most 1', text);
  }
  if ([...calibration.values()].some(({ precisionSteps }) => precisionSteps.length > 0))
    return value;
  throw new DataError(
    `${where}: expected a run whose record says how precise these weights are with these views, got none. ` +
      'Leave --min-precision out, or use the views of the run and weights of an epoch that was validated.',
  );
}
