import { basename } from 'node:path';
import { checkDevice, didYouMean, optionError, type Tensor } from '@ocelli/torch';
import { headsOf, type LabelledHead } from '../data/labelNames.ts';
import { agreements } from '../explain/agreement.ts';
import { type ColourMap, colourMaps } from '../explain/colourMap.ts';
import { explain, type Explanation } from '../explain/explain.ts';
import { faithfulness } from '../explain/faithfulness.ts';
import { percent } from '../report/numbers.ts';
import { textTable } from '../report/table.ts';
import { writeDurably } from '../train/durableFile.ts';
import {
  answersTo,
  decodeFor,
  type HeadAnswer,
  loadTrainedModel,
  modelInput,
  type TrainedModel,
} from '../train/predictor.ts';
import { openRunFolder } from '../train/runFolder.ts';
import { choice } from './choice.ts';
import { exitCodes } from './exitCodes.ts';
import { activationSheet } from './activationSheet.ts';
import { type ExplainedPicture, explanationSheet, sheetFile } from './explanationSheet.ts';

export interface ExplainCommandOptions {
  readonly run: string;
  readonly weights: string;
  readonly out: string;
  readonly head?: readonly string[];
  readonly class?: string;
  readonly layer?: string;
  readonly method?: string;
  readonly colours: string;
  readonly opacity: string;
  readonly faithfulness?: boolean;
  readonly activations?: string;
  readonly device?: string;
}

const where = 'ocelli explain';

/** Draws what a trained model looks at when it answers. @returns the exit code. */
export async function runExplain(
  pictures: readonly string[],
  options: ExplainCommandOptions,
): Promise<number> {
  const drawing = drawingOf(options);
  const trained = trainedModel(options);
  const { activations: layer } = options;
  if (layer !== undefined) {
    await writeActivations(pictures, { trained, layer, out: options.out, ...drawing });
    return exitCodes.done;
  }
  const heads = chosenHeads(headsOf(trained.labelNames), options.head);
  const explained: ExplainedPicture[] = [];
  for (const path of pictures) {
    explained.push(await explainPicture(path, { trained, heads, options }));
  }
  writeDurably(options.out, await explanationSheet(explained, drawing));
  process.stdout.write(`${textTable(columns, explained.flatMap(rowsOf))}written: ${options.out}\n`);
  for (const { path, warnings } of explained) {
    for (const warning of warnings) process.stderr.write(`warning: ${path}: ${warning}\n`);
  }
  return exitCodes.done;
}

interface ActivationsJob {
  readonly trained: TrainedModel;
  readonly layer: string;
  readonly colours: ColourMap;
  readonly out: string;
  readonly format: 'png' | 'html';
}

async function writeActivations(
  [path = '', ...others]: readonly string[],
  { trained, layer, colours, out, format }: ActivationsJob,
): Promise<void> {
  if (others.length > 0) {
    throw optionError(where, '--activations', 'asked of one picture', others.length + 1);
  }
  const image = modelInput((await decodeFor(path, trained)).pixels, trained);
  const sheet = await activationSheet(trained.model, image, { layer, colours });
  image.dispose();
  writeDurably(out, await sheetFile(sheet, format));
  process.stdout.write(`written: ${out}\n`);
}

function trainedModel({ run, device, weights }: ExplainCommandOptions): TrainedModel {
  const among = ['best', 'last'] as const;
  const chosen = choice(where, { name: '--weights', value: weights, among });
  if (device !== undefined) checkDevice(where, device);
  return loadTrainedModel(openRunFolder(run), { weights: chosen, ...(device && { device }) });
}

function drawingOf({ colours, opacity, out }: ExplainCommandOptions) {
  const names = Object.keys(colourMaps) as ['even', 'jet']; // its two keys
  const name = choice(where, { name: '--colours', value: colours, among: names });
  const share = Number(opacity);
  if (!(share > 0 && share <= 1)) {
    throw optionError(where, '--opacity', 'a number above 0 and at most 1', opacity);
  }
  if (!/\.(png|html)$/.test(out)) throw optionError(where, '--out', 'a .png or .html file', out);
  const mode = name === 'jet' ? ('add' as const) : ('blend' as const);
  const format = out.endsWith('.png') ? ('png' as const) : ('html' as const);
  return { colours: colourMaps[name], opacity: share, mode, format };
}

function chosenHeads(
  heads: readonly LabelledHead[],
  asked: readonly string[] | undefined,
): readonly LabelledHead[] {
  if (asked === undefined) return heads;
  const names = heads.flatMap(({ attribute }) => attribute ?? []);
  return asked.map((name) => {
    const head = heads.find(({ attribute }) => attribute === name);
    if (head !== undefined) return head;
    const rule =
      names.length === 0 ? 'left out for a run of one label' : `one of ${names.join(', ')}`;
    throw optionError(where, '--head', rule, name, didYouMean(name, names));
  });
}

interface Job {
  readonly trained: TrainedModel;
  readonly heads: readonly LabelledHead[];
  readonly options: ExplainCommandOptions;
}

async function explainPicture(path: string, job: Job): Promise<ExplainedPicture> {
  const { trained, heads, options } = job;
  const answers = await answersTo(path, trained);
  const picture = await decodeFor(path, trained);
  const images = modelInput(picture.pixels, trained);
  const targets = heads.map((head) => targetOf(head, options.class));
  const { method, layer } = options;
  const explanations = explain(trained.model, images, {
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
    const score = options.faithfulness === true ? scoreOf(trained, images, explanation) : undefined;
    return partOf({ head, explanation, answer, score });
  });
  images.dispose();
  return { path, name: basename(path), picture, parts, warnings };
}

function targetOf({ attribute, classes }: LabelledHead, label: string | undefined) {
  const head = attribute === undefined ? {} : { head: attribute };
  if (label === undefined) return head;
  const index = classes.indexOf(label);
  if (index >= 0) return { ...head, class: index };
  const rule = `a class of ${attribute ?? 'the run'} (${classes.join(', ')})`;
  throw optionError(where, '--class', rule, label, didYouMean(label, classes));
}

function answerFor(answers: readonly HeadAnswer[], { attribute }: LabelledHead): HeadAnswer {
  const answer = answers.find((one) => one.attribute === attribute);
  if (answer === undefined) throw new Error(`internal: no answer of ${attribute}`);
  return answer;
}

function scoreOf({ model }: TrainedModel, images: Tensor, { head, classes, maps }: Explanation) {
  const target = head === undefined ? {} : { head };
  return faithfulness({ model, images, target, classes }, maps).score[0] ?? NaN;
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
