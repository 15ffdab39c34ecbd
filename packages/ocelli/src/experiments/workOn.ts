import { existsSync } from 'node:fs';
import { checkDevice, getNumThreads, scope, setNumThreads } from '@ocelli/torch';
import { consoleReporter, type Output, type ProgressMode } from '../report/consoleReporter.ts';
import { dataReporter } from '../report/dataReporter.ts';
import { reportWriter } from '../report/reportWriter.ts';
import { buildModel } from '../train/buildModel.ts';
import { checkFigures } from '../train/bestFigure.ts';
import { countedHeads } from '../train/countedHeads.ts';
import type { TrainEventConsumer } from '../train/emitter.ts';
import type { Experiment } from '../train/experiment.ts';
import { declaredFigures, headOptions } from '../train/headOptions.ts';
import { openRunData, type RunData } from '../train/runData.ts';
import type { RunFolder } from '../train/runFolder.ts';
import { runSession, type SessionResult } from '../train/session.ts';
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
  const data = await openData(plan, { err: mode === 'silent' ? nowhere : err, say });
  const { validationShare } = data;
  const experiment = { ...plan.experiment, validationShare, threads: getNumThreads() };
  refuseOtherHeads(experiment, data, where);
  const input = checkInput(data, experiment.seed);
  if (input?.warning !== undefined) say(`warning: ${input.warning}`);
  const folder = plan.folderFor(data, experiment);
  options.onFolder?.(folder);
  const banner = [
    ...runBanner(shownPath(folder), experiment, data),
    ...(input ? [input.line] : []),
  ];
  const signal = options.signal?.();
  const log = openTextLog(folder.log, banner);
  for (const line of early) log.line(line);
  const warn = (message: string): void => {
    log.line(`warning: ${message}`);
    err.write(`warning: ${message}\n`);
  };
  try {
    const result = await runSession({
      folder,
      experiment,
      data,
      resume: plan.resume,
      ...(plan.restart === true && { restart: true }),
      consumers: [
        consoleReporter({ mode, banner, out, err }),
        log.consume,
        ...(report ? [reportWriter({ folder, experiment, data, out })] : []),
        ...(experiment.tensorboard ? [await tensorBoardOf(folder, experiment, data)] : []),
        ...consumers,
      ],
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
 * Refuses settings about attributes that the data does not have, before there is a run folder.
 *
 * @throws {OptionError} with the nearest name.
 */
function refuseOtherHeads(experiment: Experiment, { train, facts }: RunData, where: string): void {
  const options = headOptions(experiment, countedHeads(train), where);
  const best = declaredFigures(experiment, options);
  const monitor = experiment.scheduleOptions?.['monitor'];
  const watched = typeof monitor === 'string' && { monitor: [monitor] };
  checkFigures(where, { best, ...watched }, facts.labelNames);
}

async function openData(
  { experiment, splitFile }: RunPlan,
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
