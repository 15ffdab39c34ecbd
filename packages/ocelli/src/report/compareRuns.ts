import { readEventLog } from '../train/eventLog.ts';
import type { EpochEnded, TrainEvent } from '../train/events.ts';
import type { Experiment } from '../train/experiment.ts';
import { bestEpoch, epochsOf } from '../train/history.ts';
import type { RunFolder } from '../train/runFolder.ts';
import { readRunRecord } from '../train/runRecord.ts';

/** What a run came to, drawn from its record alone. */
export interface RunSummary {
  /** How the user named it. */
  readonly name: string;
  readonly experiment: Experiment;
  readonly epochs: number;
  /** Of the whole run, earlier sessions included. */
  readonly seconds: number;
  /** Numbers the model is made of. */
  readonly parameters: number;
  /** The best epoch by the run's own figure; absent where nothing was validated. */
  readonly best?: BestSummary;
  /** Seconds until a validation first reached the asked accuracy; absent where none did or none was asked. */
  readonly secondsToTarget?: number;
}

interface BestSummary {
  readonly epoch: number;
  readonly accuracy: number;
  readonly loss: number;
}

/** Runs of the same settings but for the seed. */
export interface Repetition {
  readonly names: readonly string[];
  /** Of the best accuracies. */
  readonly mean: number;
  /** Their sample deviation (divisor n − 1); 0 of one run. */
  readonly deviation: number;
  readonly seconds: number;
  /** Runs that reached the asked accuracy, where one was asked. */
  readonly reached?: number;
}

export interface Comparison {
  readonly runs: readonly RunSummary[];
  /** Settings that are not the same in all runs. */
  readonly differing: readonly (keyof Experiment)[];
  readonly repetitions: readonly Repetition[];
}

/**
 * Compares runs by their records.
 *
 * @param target accuracy of 0 to 1 to be reached, for the seconds until then and the share that did.
 * @throws {DataError} if a record cannot be read.
 */
export function compareRuns(
  runs: readonly { readonly name: string; readonly folder: RunFolder }[],
  target?: number,
): Comparison {
  const summaries = runs.map(({ name, folder }) => {
    const { experiment } = readRunRecord(folder);
    return summarize({ name, experiment, events: readEventLog(folder.events), target });
  });
  const differing = differingSettings(summaries);
  return { runs: summaries, differing, repetitions: repetitionsOf(summaries, target) };
}

interface Subject {
  readonly name: string;
  readonly experiment: Experiment;
  readonly events: readonly TrainEvent[];
  readonly target: number | undefined;
}

function summarize({ name, experiment, events, target }: Subject): RunSummary {
  const epochs = epochsOf(events);
  const best = bestEpoch(events);
  const validation = best?.validation;
  const started = events.find((event) => event.type === 'runStarted');
  const reached = target === undefined ? undefined : firstAt(epochs, target);
  return {
    name,
    experiment,
    epochs: epochs.length,
    seconds: epochs.at(-1)?.progress.seconds ?? 0,
    parameters: started?.parameters.total ?? 0,
    ...(best && validation && { best: { epoch: best.epoch, ...accuracyAndLoss(validation) } }),
    ...(reached && { secondsToTarget: reached.progress.seconds }),
  };
}

function accuracyAndLoss({ accuracy, loss }: NonNullable<EpochEnded['validation']>) {
  return { accuracy, loss };
}

function firstAt(epochs: readonly EpochEnded[], target: number): EpochEnded | undefined {
  return epochs.find(({ validation }) => (validation?.accuracy ?? -1) >= target);
}

function differingSettings(runs: readonly RunSummary[]): (keyof Experiment)[] {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  const names = Object.keys(first.experiment) as (keyof Experiment)[]; // a resolved one has every key
  return names.filter((name) =>
    others.some(({ experiment }) => asText(experiment[name]) !== asText(first.experiment[name])),
  );
}

function repetitionsOf(runs: readonly RunSummary[], target: number | undefined): Repetition[] {
  const groups = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const settings = asText({ ...run.experiment, seed: 0 });
    groups.set(settings, [...(groups.get(settings) ?? []), run]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const accuracies = group.flatMap(({ best }) => (best === undefined ? [] : [best.accuracy]));
      const mean = meanOf(accuracies);
      const squares = accuracies.reduce((sum, accuracy) => sum + (accuracy - mean) ** 2, 0);
      const reached = accuracies.filter((accuracy) => accuracy >= (target ?? Infinity)).length;
      return {
        names: group.map(({ name }) => name),
        mean,
        deviation: accuracies.length > 1 ? Math.sqrt(squares / (accuracies.length - 1)) : 0,
        seconds: meanOf(group.map(({ seconds }) => seconds)),
        ...(target !== undefined && { reached }),
      };
    });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Two values are the same setting if they are the same JSON. */
function asText(value: unknown): string {
  return JSON.stringify(value);
}
