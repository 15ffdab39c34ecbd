import { attributeTable } from '../report/attributeLines.ts';
import type { Output } from '../report/consoleReporter.ts';
import { evaluationLine } from '../report/lines.ts';
import { readEventLog } from '../train/record/eventLog.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { bestEpoch } from '../train/record/history.ts';
import { newRun } from './runPlan.ts';
import { type WorkedRun, workOn } from './workOn.ts';

/** How a recipe is run. */
export interface RecipeOptions {
  /** Name of its runs. */
  readonly name: string;
  /** @default process.stdout */
  readonly out?: Output;
}

/**
 * Runs the experiment of a recipe as a run of its own, a line an epoch, and tells what its best epoch
 * knows: every attribute beside what always saying the most frequent label would reach.
 *
 * The report is left to `ocelli report`, everything else in the folder is as `ocelli train` writes it.
 *
 * @throws as `workOn` does.
 */
export async function runRecipe(
  experiment: Experiment,
  { name, out = process.stdout }: RecipeOptions,
): Promise<WorkedRun> {
  const worked = await workOn(newRun({ experiment, name }), { mode: 'line', report: false, out });
  const best = bestEpoch(readEventLog(worked.folder.events));
  if (best?.validation === undefined) return worked;
  const split = `best epoch (${best.epoch}), validation`;
  const lines = [
    evaluationLine({ split, scores: best.validation }),
    ...attributeTable(best.validation),
  ];
  out.write(`${lines.join('\n')}\n`);
  return worked;
}
