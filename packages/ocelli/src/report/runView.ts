import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Environment } from '../train/runFolder/environment.ts';
import { readEventLog, type StoredEvent } from '../train/record/eventLog.ts';
import type { EpochEnded, RunEnded, RunStarted, StepEnded } from '../train/record/events.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { bestEpoch, epochsOf } from '../train/record/history.ts';
import type { PictureFacts } from '../train/runData/runData.ts';
import { readJson } from '../train/runFolder/jsonFile.ts';
import type { RunFolder } from '../train/runFolder/runFolder.ts';
import { readRunRecord } from '../train/record/runRecord.ts';
import { readEvaluation, type StoredEvaluation } from './evaluation/evaluation.ts';
import { type Head, readHeads } from './heads.ts';

/** Everything a run folder says about its run: what a report is drawn from, and nothing else. */
export interface RunView {
  /** `<name>/<n>`. */
  readonly name: string;
  readonly experiment: Experiment;
  readonly pictures: PictureFacts;
  readonly environment: Environment | undefined;
  readonly heads: readonly Head[];
  readonly events: readonly StoredEvent[];
  /** The newest start; absent while the pictures are still being read. */
  readonly started: RunStarted | undefined;
  /** The finished epochs, each once. */
  readonly epochs: readonly EpochEnded[];
  /** The steps on record, each once; not every step is. */
  readonly steps: readonly StepEnded[];
  readonly best: EpochEnded | undefined;
  readonly status: RunStatus;
  readonly evaluation: StoredEvaluation | undefined;
}

/** How a run stands: `unfinished` is at work, or was killed. */
export type RunStatus = RunEnded['reason'] | 'unfinished';

/**
 * Reads a run folder, whatever its run is doing at the moment.
 *
 * @throws {DataError} if a file of it is damaged.
 */
export function readRun(folder: RunFolder): RunView {
  const { experiment, pictures } = readRunRecord(folder);
  const heads = readHeads(folder);
  const events = existsSync(folder.events) ? readEventLog(folder.events) : [];
  return {
    name: `${basename(dirname(folder.path))}/${basename(folder.path)}`,
    experiment,
    pictures,
    environment: existsSync(folder.environment) ? readJson(folder.environment) : undefined,
    heads,
    events,
    started: events.findLast((event) => event.type === 'runStarted'),
    epochs: epochsOf(events),
    steps: stepsOf(events),
    best: bestEpoch(events),
    status: statusOf(events),
    evaluation: readEvaluation(folder, heads),
  };
}

/** As with epochs, steps that a resumed run made again count as they were made the last time. */
function stepsOf(events: readonly StoredEvent[]): StepEnded[] {
  let steps: StepEnded[] = [];
  for (const event of events) {
    if (event.type === 'runStarted') {
      steps = steps.filter(({ step }) => step <= event.from.step);
    }
    if (event.type === 'stepEnded') steps.push(event);
  }
  return steps;
}

function statusOf(events: readonly StoredEvent[]): RunStatus {
  const last = events.findLast(({ type }) => type === 'runStarted' || type === 'runEnded');
  return last?.type === 'runEnded' ? last.reason : 'unfinished';
}
