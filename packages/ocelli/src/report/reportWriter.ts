import { existsSync, statSync } from 'node:fs';
import type { TrainEventConsumer } from '../train/record/emitter.ts';
import { atTheBeginning } from '../train/record/events.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import type { RunData } from '../train/runData/runData.ts';
import type { RunFolder } from '../train/runFolder/runFolder.ts';
import type { Output } from './output.ts';
import { drawLines, drawOver } from './pen.ts';

/** What a report is written from, and into which folder. */
export interface ReportWriterOptions {
  readonly folder: RunFolder;
  readonly experiment: Experiment;
  readonly data: RunData;
  /** Where it says what it is doing when that takes a while. @default nowhere */
  readonly out?: Output;
}

/**
 * A consumer that draws what a run folder shows a person when the run has ended: the first batches, the
 * evaluation of the kept weights, curves and report. Of a run that was interrupted only what is on record
 * is drawn, since whoever interrupts it waits for its end.
 *
 * Should drawing fail, nothing of the run is lost, and it has a warning more.
 */
export function reportWriter(options: ReportWriterOptions): TrainEventConsumer {
  const { out = nowhere, folder } = options;
  let from = atTheBeginning;
  return async function report(event) {
    if (event.type === 'runStarted') from = event.from;
    if (event.type !== 'runEnded') return;
    const { reason, progress } = event;
    const hasWeights = progress.epoch > 1;
    const isStill = progress.step === from.step && progress.epoch === from.epoch;
    if (isStill && isDrawn(folder, hasWeights && reason !== 'interrupted')) return;
    const say = out.isTTY === true ? drawOver(out) : drawLines(out);
    try {
      const tell = (text: string): void => say.passing(`report: ${text}`);
      if (reason === 'interrupted') await drawRecord(folder, tell);
      else await draw({ ...options, hasWeights }, tell);
    } finally {
      say.endLine();
    }
  };
}

/**
 * Whether the page shows what the run came to. The order in which the files were written tells: a session that
 * was killed while it drew leaves the page of one before it, which may have been interrupted.
 */
function isDrawn({ results, evaluation, report }: RunFolder, isEvaluated: boolean): boolean {
  const times = [results, ...(isEvaluated ? [evaluation] : []), report].map(writtenAt);
  return existsSync(report) && times.every((time, index) => time >= (times[index - 1] ?? 0));
}

/** In milliseconds; 0 if the file is not there. */
function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

async function drawRecord(folder: RunFolder, say: (text: string) => void): Promise<void> {
  const { writeReport } = await import('./writeReport.ts');
  say('drawing');
  await writeReport(folder);
}

async function draw(
  { folder, experiment, data, hasWeights }: ReportWriterOptions & { hasWeights: boolean },
  say: (text: string) => void,
): Promise<void> {
  // Loaded when needed: a run's first step does not wait for what draws.
  const { drawFirstBatches } = await import('./pictures/firstBatches.ts');
  const { drawValidation } = await import('./pictures/validationPictures.ts');
  const { storeEvaluation } = await import('./evaluation/storeEvaluation.ts');
  const { writeReport } = await import('./writeReport.ts');
  say('drawing the first batches');
  await drawFirstBatches(folder, experiment, data);
  await drawValidation(folder, experiment, data);
  const onProgress = (done: number, total: number): void =>
    say(`${done}/${total} of the ${data.validation.split} set looked at`);
  try {
    if (hasWeights) await storeEvaluation(folder, data, { onProgress });
  } finally {
    say('drawing'); // weights that answer nothing still have curves
    await writeReport(folder);
  }
}

const nowhere: Output = { write: () => {} };
