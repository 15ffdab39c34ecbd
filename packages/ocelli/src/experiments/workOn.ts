import { existsSync } from 'node:fs';
import {
  checkDevice,
  getNumThreads,
  OptionError,
  scope,
  setNumThreads,
  ShapeError,
} from '@ocelli/torch';
import { type PictureShape, traceCalls } from '../models/trace.ts';
import { consoleReporter, type Output, type ProgressMode } from '../report/consoleReporter.ts';
import { dataReporter } from '../report/dataReporter.ts';
import { reportWriter } from '../report/reportWriter.ts';
import { checkFigures } from '../train/bestFigure.ts';
import { buildModel } from '../train/buildModel.ts';
import { countedHeads } from '../train/countedHeads.ts';
import type { TrainEventConsumer } from '../train/emitter.ts';
import type { Experiment } from '../train/experiment.ts';
import { freezeParts } from '../train/freezing.ts';
import type { PictureModel } from '../train/headBatches.ts';
import { declaredFigures, headOptions } from '../train/headOptions.ts';
import { openRunData, type RunData } from '../train/runData.ts';
import { type RunFolder, splitOf } from '../train/runFolder.ts';
import { runSession, type SessionResult } from '../train/session.ts';
import { atStage, stageCount } from '../train/stages.ts';
import type { StageWork } from '../train/stageWork.ts';
import { checkInput } from './inputCheck.ts';
import { leftOutLines } from './leftOut.ts';
import { runBanner } from './runBanner.ts';
import { type RunPlan, shownPath } from './runPlan.ts';
import { openTextLog } from './textLog.ts';

/** How a run is worked on; nothing here changes its numbers. */
export interface WorkOptions {
  /** Who asks, for messages. @default 'run' */
  readonly where?: string;
  /** How much is shown. @default 'bar' */
  readonly mode?: ProgressMode;
  /** Whether a report is drawn at its end. @default true */
  readonly report?: boolean;
  /** Asked when training begins for what will ask the run to stop: it finishes the step in work. */
  readonly signal?: () => AbortSignal;
  /** Who else listens. @default [] */
  readonly consumers?: readonly TrainEventConsumer[];
  /** @default process.stdout */
  readonly out?: Output;
  /** @default process.stderr */
  readonly err?: Output;
  /** Told the folder as soon as there is one. */
  readonly onFolder?: (folder: RunFolder) => void;
}

/** A run that was worked on. */
export interface WorkedRun {
  readonly folder: RunFolder;
  readonly result: SessionResult;
  readonly hasReport: boolean;
}

/**
 * Opens the pictures of a run, checks everything that can be checked, and trains it to its end or until
 * it is asked to stop. What is shown also goes to `log.txt` in its folder, and so does the reason why it
 * failed.
 *
 * @throws {OptionError} if settings do not fit the data.
 * @throws {DataError} for everything that can be wrong with the data.
 * @throws as `runSession` does.
 */
export async function workOn(plan: RunPlan, options: WorkOptions = {}): Promise<WorkedRun> {
  const { where = 'run', mode = 'bar', report = true, consumers = [] } = options;
  const out = mode === 'silent' ? nowhere : (options.out ?? process.stdout);
  const err = options.err ?? process.stderr;
  const early: string[] = [];
  const say = (line: string): void => {
    early.push(line);
    err.write(`${line}\n`);
  };
  checkDevice(where, plan.experiment.device);
  setNumThreads(plan.experiment.threads ?? getNumThreads());
  const spoken = { err: mode === 'silent' ? nowhere : err, say };
  const data = await openData(plan, spoken);
  const { validationShare } = data;
  const experiment = { ...plan.experiment, validationShare, threads: getNumThreads() };
  refuseOtherHeads(experiment, data, where);
  const input = checkInput(data, experiment);
  if (input?.warning !== undefined) say(`warning: ${input.warning}`);
  const folder = plan.folderFor(data, experiment);
  options.onFolder?.(folder);
  const bannerOf = (stage: StageWork): string[] => [
    ...runBanner(shownPath(folder), stage.experiment, stage.data),
    ...stageLines(stage),
    ...(input && stage.data === data ? [input.line] : []),
  ];
  const signal = options.signal?.();
  const log = openTextLog(folder.log);
  for (const line of early) log.line(line);
  const warn = (message: string): void => {
    log.line(`warning: ${message}`);
    err.write(`warning: ${message}\n`);
  };
  try {
    const board = experiment.tensorboard ? [await tensorBoardOf(folder, experiment, data)] : [];
    const result = await runSession({
      folder,
      experiment,
      data,
      resume: plan.resume,
      ...(plan.restart === true && { restart: true }),
      consumers: (stage) => {
        const { experiment, data } = stage;
        const banner = bannerOf(stage);
        return [
          consoleReporter({ mode, banner, out, err }),
          log.listener(banner),
          ...(report ? [reportWriter({ folder, experiment, data, out })] : []),
          ...board,
          ...consumers,
        ];
      },
      openStage: (experiment) => openData({ experiment, ...splitOf(folder) }, spoken),
      ...(signal && { signal }),
      warn,
    });
    return { folder, result, hasReport: report && existsSync(folder.report) };
  } catch (error) {
    log.line(`error: ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  } finally {
    log.close();
  }
}

/**
 * Refuses settings about attributes that the data does not have, and pictures of which a network has nothing
 * left, before there is a run folder.
 *
 * @throws {OptionError} with the nearest name, or the layer that they are too small for.
 */
function refuseOtherHeads(experiment: Experiment, { train, facts }: RunData, where: string): void {
  const heads = countedHeads(train);
  for (let number = 1; number <= stageCount(experiment); number++) {
    const stage = atStage(experiment, number);
    const options = headOptions(stage, heads, where);
    const best = declaredFigures(stage, options);
    const monitor = stage.scheduleOptions?.['monitor'];
    const watched = typeof monitor === 'string' && { monitor: [monitor] };
    checkFigures(where, { best, ...watched }, facts.labelNames);
    const { imageSize, freeze } = stage;
    const [height, width] =
      imageSize === null ? [facts.height, facts.width] : [imageSize, imageSize];
    const areSmall = Math.min(height, width) < enoughForAll;
    if (freeze === null && !areSmall) continue;
    const model = buildModel(stage, heads);
    if (freeze !== null) freezeParts(model, freeze);
    if (areSmall) refuseSmallPictures(model, [3, height, width], where);
  }
}

/** Side in pixels from which on every network of the catalog has something left of a picture. */
const enoughForAll = 96;

function refuseSmallPictures(model: PictureModel, picture: PictureShape, where: string): void {
  try {
    scope(() => void traceCalls(model, picture));
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const remedy = cause.message.endsWith('too small for the model.')
      ? 'Take larger ones (imageSize), or another model.'
      : 'Take another model.';
    throw new OptionError(`${where}: ${cause.message} ${remedy}`, { cause });
  }
}

/** Which of a run's stages this is, and how it differs from a run of its own. */
function stageLines({ start, of, experiment }: StageWork): string[] {
  if (of === 1)
    return experiment.freeze === null ? [] : [`frozen: ${experiment.freeze.join(', ')}`];
  const { number, epoch } = start;
  const { epochs, freeze } = experiment;
  const from = experiment.stages?.[number - 1]?.from ?? null;
  const parts = [
    `stage ${number} of ${of}: epochs ${epoch} to ${epoch - 1 + epochs}`,
    ...(from === null ? [] : [`from the ${from} weights of the one before`]),
    ...(freeze === null ? [] : [`frozen: ${freeze.join(', ')}`]),
  ];
  return [parts.join(', ')];
}

async function openData(
  { experiment, splitFile }: Pick<RunPlan, 'experiment' | 'splitFile'>,
  { err, say }: { err: Output; say: (line: string) => void },
): Promise<RunData> {
  const reporter = dataReporter(err);
  try {
    const listeners = { ...reporter.listeners, ...(splitFile !== undefined && { splitFile }) };
    const data = await openRunData(experiment, listeners);
    reporter.end();
    for (const line of leftOutLines(data.skipped, data.foundCount)) say(line);
    for (const sentence of data.warnings) say(`warning: ${sentence}`);
    return data;
  } finally {
    reporter.end();
  }
}

async function tensorBoardOf(
  folder: RunFolder,
  experiment: Experiment,
  { train }: RunData,
): Promise<TrainEventConsumer> {
  const { modelGraph } = await import('../report/tensorboard/modelGraph.ts');
  const { tensorBoardWriter } = await import('../report/tensorboard/tensorBoardWriter.ts');
  const graph = () =>
    scope(() => modelGraph(buildModel(experiment, countedHeads(train)), train.imageShape));
  return tensorBoardWriter({ folder, graph });
}

const nowhere: Output = { write: () => {} };
