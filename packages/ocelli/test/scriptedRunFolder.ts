import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { classificationReport } from '../src/metrics/classificationReport.ts';
import {
  type EvaluationFacts,
  mapFile,
  thumbnailFile,
} from '../src/report/evaluation/evaluation.ts';
import { predictionsCsv } from '../src/report/evaluation/predictionTable.ts';
import { thumbnailsOf } from '../src/report/evaluation/thumbnails.ts';
import type { Head } from '../src/report/heads.ts';
import { resolveExperiment } from '../src/train/experiment/experiment.ts';
import { type RunFolder, runFolderAt } from '../src/train/runFolder/runFolder.ts';
import { noisePictures } from './tinyTraining.ts';

/** A run that never ran: its folder is written by hand, the same every time. */
export interface ScriptedRunOptions {
  readonly heads: readonly Head[];
  /** @default 200 */
  readonly pictures?: number;
  /** @default 6 */
  readonly epochs?: number;
  /** Settings of the experiment. @default none */
  readonly settings?: object;
  /** What a picture is called. @default `pictures/<n>.png` */
  readonly nameOf?: (index: number) => string;
  /** Without it the folder is that of a run at work. @default true */
  readonly isEvaluated?: boolean;
}

/** Writes the folder `root/scripted/1`. */
export async function writeScriptedRun(
  root: string,
  options: ScriptedRunOptions,
): Promise<RunFolder> {
  const { heads, epochs = 6, settings = {}, isEvaluated = true } = options;
  const folder = runFolderAt(join(root, 'scripted', '1'));
  mkdirSync(folder.pictures, { recursive: true });
  const experiment = resolveExperiment({ epochs, batchSize: 100, ...settings });
  const colours = { mean: [128, 128, 128], std: [64, 64, 64] };
  const counts = { trainCount: 1000, validationCount: options.pictures ?? 200 };
  writeJson(folder.experiment, {
    experiment,
    pictures: { labelNames: labelsOf(heads), height: 8, width: 8, ...colours, ...counts },
  });
  writeJson(folder.labels, labelsOf(heads));
  writeJson(folder.environment, { ocelli: '0.1.0', node: 'v22.0.0', processor: 'scripted' });
  writeFileSync(folder.events, eventLines(heads, epochs, isEvaluated));
  if (isEvaluated) await writeEvaluation(folder, options);
  return folder;
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value));
}

function labelsOf(heads: readonly Head[]): object {
  if (heads.length === 1) return { classes: heads[0]?.classes };
  return { attributes: Object.fromEntries(heads.map(({ name, classes }) => [name, classes])) };
}

function eventLines(heads: readonly Head[], epochs: number, isComplete: boolean): string {
  const totals = { lossSum: 0, correct: 0, count: 0 };
  const start = { epoch: 1, stepInEpoch: 0, step: 0, seconds: 0, totals };
  const parameters = { total: 6_577_600, trainable: 6_573_120 };
  const run = { epochs, stepsPerEpoch: 10, trainCount: 1000, parameters };
  const events: object[] = [{ type: 'runStarted', ...run, from: start }];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (let stepInEpoch = 2; stepInEpoch <= 10; stepInEpoch += 4) {
      const step = (epoch - 1) * 10 + stepInEpoch;
      const [count, lr] = [stepInEpoch * 100, 0.4 * (1 - step / (10 * epochs))];
      const sums = { lossSum: (count * 2) / epoch, correct: (count * epoch) / 10, count };
      const counts = { epoch, stepInEpoch, stepsPerEpoch: 10, step, seconds: 2 * step };
      events.push({ type: 'stepEnded', ...counts, lr, totals: sums });
    }
    const progress = { ...start, epoch: epoch + 1, step: epoch * 10, seconds: epoch * 21 };
    const train = scoresAt(heads, epoch, 1000);
    const validation = scoresAt(heads, epoch * 0.9, 200);
    const lr = 0.4 * (1 - epoch / epochs);
    events.push({ type: 'epochEnded', epoch, epochs, lr, train, validation, progress });
  }
  if (isComplete) events.push({ type: 'runEnded', reason: 'completed', progress: start });
  const time = '2026-01-01T00:00:00.000Z';
  return events.map((event) => `${JSON.stringify({ time, ...event })}\n`).join('');
}

/** Scores that grow with `skill`; of several heads, the later ones lag behind. */
function scoresAt(heads: readonly Head[], skill: number, count: number): object {
  const one = (lag: number) => {
    const accuracy = 1 - 0.8 / (1 + skill / (1 + lag));
    return { loss: 2 * (1 - accuracy), accuracy, correct: Math.round(accuracy * count) };
  };
  if (heads.length === 1) return { ...one(0), count };
  const own = heads.map(({ name }, index) => [name, { ...one(index / 2), labelled: count }]);
  return { ...one(heads.length / 4), count, attributes: Object.fromEntries(own) };
}

async function writeEvaluation(folder: RunFolder, options: ScriptedRunOptions): Promise<void> {
  const { heads, pictures = 200, nameOf = (index: number) => `pictures/${index}.png` } = options;
  const answers = heads.map((head, position) => ({
    ...head,
    ...answersOf(head, position, pictures),
  }));
  const names = Array.from({ length: pictures }, (_, index) => nameOf(index));
  const reports = answers.map((head) => [head.name, classificationReport(head)]);
  const evaluation: EvaluationFacts = {
    split: 'validation',
    weights: 'best',
    epoch: 6,
    step: 60,
    heads: Object.fromEntries(reports),
  };
  writeFileSync(folder.predictions, predictionsCsv({ names, heads: answers }));
  const every = Array.from({ length: pictures }, (_, index) => index);
  const thumbnails = await thumbnailsOf(noisePictures(pictures), every);
  writeJson(thumbnailFile(folder), thumbnails);
  // Of the first head alone: a run of an earlier version has no maps.
  writeJson(mapFile(folder), { [heads[0]?.name ?? '']: thumbnails });
  writeJson(folder.evaluation, evaluation);
}

/** Labels in turn, every eleventh missing; each seventh picture is taken for the next class. */
function answersOf({ classes }: Head, position: number, pictures: number) {
  const labels = new Int32Array(pictures);
  const probabilities = new Float32Array(pictures * classes.length);
  for (let index = 0; index < pictures; index++) {
    const label = (index * (position + 1)) % classes.length;
    const said = index % 7 === 0 ? (label + 1) % classes.length : label;
    labels[index] = index % 11 === 10 ? -1 : label;
    const confidence = 0.5 + 0.49 * ((index * 37) % 100) * 0.01;
    const rest = (1 - confidence) / (classes.length - 1);
    const own = classes.map((_, column) => (column === said ? confidence : rest));
    probabilities.set(own, index * classes.length);
  }
  return { labels, probabilities };
}
