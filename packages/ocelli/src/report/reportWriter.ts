import { existsSync } from 'node:fs';
import type { TrainEventConsumer } from '../train/record/emitter.ts';
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
  let startedAt = 0;
  return async function report(event) {
    if (event.type === 'runStarted') startedAt = event.from.step;
    if (event.type !== 'runEnded') return;
    if (event.progress.step === startedAt && existsSync(folder.report)) return; // nothing is new
    const say = out.isTTY === true ? drawOver(out) : drawLines(out);
    try {
      const tell = (text: string): void => say.passing(`report: ${text}`);
      const hasWeights = event.progress.epoch > 1;
      if (event.reason === 'interrupted') await drawRecord(folder, tell);
      else await draw({ ...options, hasWeights }, tell);
    } finally {
      say.endLine();
    }
  };
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
