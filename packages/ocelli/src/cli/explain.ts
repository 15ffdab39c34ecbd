import { basename } from 'node:path';
import { didYouMean, optionError } from '@ocelli/torch';
import { headsOf, type LabelledHead } from '../data/labelNames.ts';
import { agreements } from '../explain/agreement.ts';
import { type ColourMap, colourMaps } from '../explain/colourMap.ts';
import { explain, type Explanation } from '../explain/explain.ts';
import { faithfulness } from '../explain/faithfulness.ts';
import type { Subject } from '../explain/subject.ts';
import type { Target } from '../explain/target.ts';
import type { Drawing } from '../report/charts/chart.ts';
import { percent } from '../report/numbers.ts';
import { textTable } from '../report/table.ts';
import { writeDurably } from '../train/runFolder/durableFile.ts';
import {
  type AnsweringModel,
  answersOn,
  decodeFor,
  type HeadAnswer,
  modelInput,
} from '../train/predict/predictor.ts';
import { activationSheet } from './activationSheet.ts';
import { checkOutput } from './checkOutput.ts';
import { choice } from './choice.ts';
import { eachPicture } from './eachPicture.ts';
import { exitCodes } from './exitCodes.ts';
import { chosenHeads } from './chosenHeads.ts';
import {
  type ExplainCommandOptions,
  type ExplainTask,
  explainTask,
  where,
} from './explainOptions.ts';
import { explainedModel } from './explainedModel.ts';
import {
  type ExplainedPicture,
  explanationSheet,
  sheetFile,
  type SheetOptions,
} from './explanationSheet.ts';
import { filterSheet } from './filterSheet.ts';
import { runMisclassified } from './misclassified.ts';
import { pictureFiles } from './pictureFiles.ts';

/** Draws what a model looks at when it answers. @returns the exit code. */
export async function runExplain(
  pictures: readonly string[],
  options: ExplainCommandOptions,
): Promise<number> {
  const task = explainTask(pictures, options);
  const drawing = drawingOf(options);
  if (task.kind === 'pictures') return explainPictures(task.pictures, options, drawing);
  if (task.kind === 'misclassified') await runMisclassified(task, options, drawing);
  else await drawLayer(task, options, drawing);
  return exitCodes.done;
}

/** What a layer gives for a picture, or the filters that the model begins with. */
async function drawLayer(
  task: Extract<ExplainTask, { kind: 'activations' | 'filters' }>,
  options: ExplainCommandOptions,
  { colours, format }: SheetOptions,
): Promise<void> {
  const answering = explainedModel(options);
  const sheet =
    task.kind === 'filters'
      ? await filterSheet(answering.model)
      : await channelSheet(answering, {
          layer: task.layer,
          picture: await onePicture(task),
          colours,
        });
  const title = task.kind === 'filters' ? 'What a model begins with' : 'What a layer gives';
  writeDurably(options.out, await sheetFile(sheet, format, title));
  process.stdout.write(`written: ${options.out}\n`);
}

async function onePicture({ pictures }: { readonly pictures: readonly string[] }): Promise<string> {
  const [first, ...others] = await pictureFiles(pictures);
  if (first !== undefined && others.length === 0) return first;
  throw optionError(where, '--activations', 'asked of one picture', others.length + 1);
}

async function channelSheet(
  answering: AnsweringModel,
  { picture, ...how }: { picture: string; layer: string; colours: ColourMap },
): Promise<Drawing> {
  const image = modelInput((await decodeFor(picture, answering)).pixels, answering);
  const sheet = await activationSheet(answering.model, image, how);
  image.dispose();
  return sheet;
}

/** Rows that a picture file still shows whole, and that still open everywhere. */
const mostInPicture = 100;

/** @returns the exit code: that of the first picture that could not be read, if there is one. */
async function explainPictures(
  words: readonly string[],
  options: ExplainCommandOptions,
  drawing: SheetOptions,
): Promise<number> {
  const answering = explainedModel(options);
  const heads = chosenHeads(headsOf(answering.labelNames), options.head);
  const pictures = await pictureFiles(words);
  if (drawing.format === 'png' && pictures.length > mostInPicture) {
    const rule = `an .html file for more than ${mostInPicture} pictures, of which there are ${pictures.length}`;
    throw optionError(where, '--out', rule, options.out);
  }
  const job = { answering, heads, options };
  const { answers, exitCode } = await eachPicture(pictures, (path) => explainPicture(path, job));
  if (answers.length === 0) return exitCode;
  writeDurably(options.out, await explanationSheet(answers, drawing));
  process.stdout.write(`${textTable(columns, answers.flatMap(rowsOf))}written: ${options.out}\n`);
  for (const { path, warnings } of answers) {
    for (const warning of warnings) process.stderr.write(`warning: ${path}: ${warning}\n`);
  }
  return exitCode;
}

function drawingOf({
  colours = 'even',
  opacity = '0.6',
  out,
}: ExplainCommandOptions): SheetOptions {
  const names = Object.keys(colourMaps) as ['even', 'jet']; // its two keys
  const name = choice(where, { name: '--colours', value: colours, among: names });
  const share = Number(opacity);
  if (!(share > 0 && share <= 1)) {
    throw optionError(where, '--opacity', 'a number above 0 and at most 1', opacity);
  }
  checkOutput(where, { name: '--out', file: out, kinds: ['.png', '.html'] });
  const mode = name === 'jet' ? ('add' as const) : ('blend' as const);
  const format = out.toLowerCase().endsWith('.png') ? ('png' as const) : ('html' as const);
  return { colours: colourMaps[name], opacity: share, mode, format };
}

interface Job {
  readonly answering: AnsweringModel;
  readonly heads: readonly LabelledHead[];
  readonly options: ExplainCommandOptions;
}

async function explainPicture(path: string, job: Job): Promise<ExplainedPicture> {
  const { answering, heads, options } = job;
  const picture = await decodeFor(path, answering);
  const images = modelInput(picture.pixels, answering);
  const answers = answersOn(images, answering);
  const targets = heads.map((head): Target => ({
    ...targetOf(head, answerFor(answers, head), options.class),
    loss: answering.experiment.attributes?.[head.attribute ?? '']?.loss,
  }));
  const { method, layer } = options;
  const explanations = explain(answering.model, images, {
    targets,
    ...(method !== undefined && { method }),
    ...(layer !== undefined && { layer }),
  });
  const warnings = agreements(explanations).map(
    ({ heads: alike, correlation }) =>
      `${alike.join(', ')} look at the same pixels (correlation at least ${correlation.toFixed(2)})`,
  );
  const parts = heads.map((head, index) => {
    const [explanation, answer] = [explanations[index], answerFor(answers, head)];
    if (explanation === undefined) throw new Error('internal: a target without an explanation');
    const subject = { model: answering.model, images, target: targets[index] ?? {} };
    const score = options.faithfulness === true ? scoreOf(subject, explanation) : undefined;
    return partOf({ head, explanation, answer, score });
  });
  images.dispose();
  return { path, name: basename(path), picture, parts, warnings };
}

/** The class asked for, or the one answered: with a mirror image it may differ from that of the picture alone. */
function targetOf(
  { attribute, classes }: LabelledHead,
  { probabilities, probability }: HeadAnswer,
  label: string | undefined,
) {
  const head = attribute === undefined ? {} : { head: attribute };
  if (label === undefined) return { ...head, class: probabilities.indexOf(probability) };
  const index = classes.indexOf(label);
  if (index >= 0) return { ...head, class: index };
  const rule = `a class of ${attribute ?? 'the model'} (${classes.join(', ')})`;
  throw optionError(where, '--class', rule, label, didYouMean(label, classes));
}

function answerFor(answers: readonly HeadAnswer[], { attribute }: LabelledHead): HeadAnswer {
  const answer = answers.find((one) => one.attribute === attribute);
  if (answer === undefined) throw new Error(`internal: no answer of ${attribute}`);
  return answer;
}

function scoreOf(subject: Subject, { classes, maps }: Explanation): number {
  return faithfulness({ ...subject, classes }, maps).score[0] ?? NaN;
}

interface Found {
  readonly head: LabelledHead;
  readonly explanation: Explanation;
  readonly answer: HeadAnswer;
  readonly score: number | undefined;
}

function partOf({ head, explanation, answer, score }: Found): ExplainedPicture['parts'][number] {
  const index = explanation.classes[0] ?? 0;
  const map = Float32Array.from(explanation.maps.toTypedArray(), Number);
  explanation.maps.dispose();
  return {
    ...(head.attribute !== undefined && { attribute: head.attribute }),
    label: head.classes[index] ?? '',
    probability: answer.probabilities[index] ?? NaN,
    map,
    ...(score !== undefined && { score }),
  };
}

const columns = [
  { head: 'picture', align: 'left' },
  { head: 'attribute', align: 'left' },
  { head: 'explained', align: 'left' },
  { head: 'probability', align: 'right' },
  { head: 'faithfulness', align: 'right' },
] as const;

function rowsOf({ path, parts }: ExplainedPicture): string[][] {
  return parts.map(({ attribute, label, probability, score }, index) => [
    index === 0 ? path : '',
    attribute ?? '-',
    label,
    `${percent(probability)}%`,
    score?.toFixed(2) ?? '-',
  ]);
}
