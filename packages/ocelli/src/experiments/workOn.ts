import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkDevice, getNumThreads, scope, setNumThreads } from '@ocelli/torch';
import { consoleReporter, type Output, type ProgressMode } from '../report/consoleReporter.ts';
import { dataReporter } from '../report/dataReporter.ts';
import { reportWriter } from '../report/reportWriter.ts';
import { buildModel } from '../train/assembly/buildModel.ts';
import { countedHeads } from '../train/loss/countedHeads.ts';
import type { TrainEventConsumer } from '../train/record/emitter.ts';
import { readEventLog } from '../train/record/eventLog.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import type { FreeMemory } from '../train/memory/freeMemory.ts';
import { saveCurve, type SweepCurve } from '../train/lrFinder/curve.ts';
import { openRunData, type RunData } from '../train/runData/runData.ts';
import { type RunFolder, splitOf } from '../train/runFolder/runFolder.ts';
import { runSession, type SessionResult } from '../train/session/session.ts';
import { startFrom } from '../train/checkpoints/startWeights.ts';
import type { StageWork } from '../train/session/stageWork.ts';
import { checkInput } from './inputCheck.ts';
import { leftOutLines } from './leftOut.ts';
import { metricsOf } from './metricModule.ts';
import { refuseMisfits } from './refuseMisfits.ts';
import { runBanner } from './runBanner.ts';
import { type RunPlan, shownPath } from './runPlan.ts';
import { type SettledExperiment, settleExperiment } from './settleExperiment.ts';
import { startLine } from './startLine.ts';
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
  /** How much memory a device has free, for `autoBatch`. @default freeMemory */
  readonly freeMemory?: FreeMemory;
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
  const metrics = await metricsOf(plan.experiment);
  const data = await openData(plan, spoken);
  const { validationShare } = data;
  const given = { ...plan.experiment, validationShare, threads: getNumThreads() };
  refuseMisfits(given, { data, metrics }, where);
  const input = checkInput(data, given);
  if (input?.warning !== undefined) say(`warning: ${input.warning}`);
  const { experiment, lines, curve } =
    plan.isSettled === true
      ? { experiment: given, lines: [] }
      : await settle(given, data, { ...options, err: spoken.err });
  // First: a run that has a folder is to end well.
  const signal = options.signal?.();
  const folder = plan.folderFor(data, experiment);
  options.onFolder?.(folder);
  if (curve !== undefined) await keepSweep(folder, curve, report);
  const bannerOf = (stage: StageWork): string[] => [
    ...runBanner(shownPath(folder), stage.experiment, stage.data),
    ...stageLines(stage),
    ...startLines(stage),
    ...(stage.data === data ? [...lines, ...(input ? [input.line] : [])] : []),
  ];
  const history = plan.resume && existsSync(folder.events) ? readEventLog(folder.events) : [];
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
      ...(plan.checkpoint !== undefined && { checkpoint: plan.checkpoint }),
      ...(plan.restart === true && { restart: true }),
      consumers: (stage) => {
        const { experiment, data } = stage;
        const banner = bannerOf(stage);
        return [
          consoleReporter({ mode, banner, history, out, err }),
          log.listener(banner, history),
          ...(report ? [reportWriter({ folder, experiment, data, out })] : []),
          ...board,
          ...consumers,
        ];
      },
      metrics,
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

/** Checks what a new run starts from, and finds out what it leaves to data and machine. */
async function settle(
  given: Experiment,
  data: RunData,
  { freeMemory, err }: Pick<WorkOptions, 'freeMemory'> & { readonly err: Output },
): Promise<SettledExperiment> {
  const { startFrom: source } = given;
  if (source !== null) {
    scope(() => startFrom(source, buildModel(given, countedHeads(data.train))));
  }
  if (given.findLr !== null) err.write('finding the learning rate: at most 100 steps\n');
  return settleExperiment(given, data, { ...(freeMemory && { freeMemory }) });
}

/** The curve of a sweep beside the run that it was made for; drawn where pictures are wanted. */
async function keepSweep(folder: RunFolder, curve: SweepCurve, isDrawn: boolean): Promise<void> {
  saveCurve(folder.sweep, curve);
  if (!isDrawn) return;
  const { writeDrawing } = await import('../report/chartFiles.ts');
  const { sweepChart } = await import('../report/charts/sweepChart.ts');
  mkdirSync(folder.pictures, { recursive: true });
  await writeDrawing('run', join(folder.pictures, 'find-lr.png'), sweepChart(curve));
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

function startLines({ experiment: { startFrom: source }, begunWith }: StageWork): string[] {
  return source === null || begunWith === undefined ? [] : [startLine(source, begunWith)];
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
