import { relative } from 'node:path';
import { dataReporter } from '../report/dataReporter.ts';
import { storeEvaluation } from '../report/evaluation/storeEvaluation.ts';
import { drawFirstBatches } from '../report/pictures/firstBatches.ts';
import { drawValidation } from '../report/pictures/validationPictures.ts';
import { writeReport } from '../report/writeReport.ts';
import { openRunData } from '../train/runData/runData.ts';
import { openRunFolder, type RunFolder, splitOf } from '../train/runFolder/runFolder.ts';
import { readRunRecord } from '../train/record/runRecord.ts';
import { exitCodes } from './exitCodes.ts';
import { warnOfLeftOut } from '../experiments/leftOut.ts';

export interface ReportCommandOptions {
  /** Look at the run's pictures again with its kept weights. */
  readonly evaluate?: boolean;
}

/** Draws the report of a run from the files of its folder. @returns the exit code. */
export async function runReport(run: string, options: ReportCommandOptions): Promise<number> {
  const folder = openRunFolder(run);
  if (options.evaluate === true) await evaluateAgain(folder);
  await writeReport(folder);
  process.stdout.write(`written: ${relative(process.cwd(), folder.report)}\n`);
  return exitCodes.done;
}

async function evaluateAgain(folder: RunFolder): Promise<void> {
  const { experiment } = readRunRecord(folder);
  const reporter = dataReporter(process.stderr);
  try {
    const data = await openRunData(experiment, {
      ...reporter.listeners,
      ...splitOf(folder),
    });
    warnOfLeftOut(data.skipped, data.foundCount);
    await drawFirstBatches(folder, experiment, data);
    await drawValidation(folder, experiment, data);
    await storeEvaluation(folder, data);
  } finally {
    reporter.end();
  }
}
