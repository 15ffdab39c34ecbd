import { readEventLog } from '../train/record/eventLog.ts';
import type { EpochEnded, TrainEvent } from '../train/record/events.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { bestEpoch, epochsOf } from '../train/record/history.ts';
import { baselineOf } from '../metrics/scores.ts';
import { type Spread, spreadOf, type WelchTest, welchTest } from '../metrics/welchTest.ts';
import type { RunFolder } from '../train/runFolder/runFolder.ts';
import { type DifferingFact, differingFacts } from './circumstances.ts';
import { readRunRecord } from '../train/record/runRecord.ts';

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
  /** What always saying the most frequent label reaches; absent in runs of earlier versions. */
  readonly baseline?: number;
  /** `null` if it was not finite. */
  readonly loss: number | null;
}

/** Runs of the same settings but for the seed; mean and deviation are those of the best accuracies. */
export interface Repetition extends Spread {
  readonly names: readonly string[];
  readonly seeds: readonly number[];
  /** Of a whole run, on average. */
  readonly seconds: number;
  /** Runs that reached the asked accuracy, where one was asked. */
  readonly reached?: number;
  /** Until then, on average over those that did; absent where none did. */
  readonly secondsToTarget?: number;
}

/** Two sets of repetitions, by their places in the list, and what their difference is worth. */
export interface Contrast extends WelchTest {
  readonly first: number;
  readonly second: number;
}

export interface Comparison {
  readonly runs: readonly RunSummary[];
  /** Settings that are not the same in all runs. */
  readonly differing: readonly (keyof Experiment)[];
  /** What else was not the same: machine, threads, kernels, code. */
  readonly circumstances: readonly DifferingFact[];
  readonly repetitions: readonly Repetition[];
  /** Of all pairs of repetitions whose spread can be known. */
  readonly contrasts: readonly Contrast[];
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
  const circumstances = differingFacts(runs.map(({ folder }) => folder));
  const repetitions = repetitionsOf(summaries, target);
  const contrasts = contrastsOf(repetitions);
  return { runs: summaries, differing, circumstances, repetitions, contrasts };
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

function accuracyAndLoss(validation: NonNullable<EpochEnded['validation']>) {
  const { accuracy, loss } = validation;
  const baseline = baselineOf(validation);
  return {
    accuracy,
    ...(baseline !== null && { baseline }),
    loss: Number.isFinite(loss) ? loss : null, // JSON has no NaN: it reads as null
  };
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
    .filter((group) => group.length > 1 && group.some(({ best }) => best !== undefined))
    .map((group) => {
      const accuracies = group.flatMap(({ best }) => (best === undefined ? [] : [best.accuracy]));
      const times = group.flatMap(({ secondsToTarget: time }) =>
        time === undefined ? [] : [time],
      );
      return {
        names: group.map(({ name }) => name),
        seeds: group.map(({ experiment }) => experiment.seed),
        ...spreadOf(accuracies),
        seconds: spreadOf(group.map(({ seconds }) => seconds)).mean,
        ...(target !== undefined && { reached: times.length }),
        ...(times.length > 0 && { secondsToTarget: spreadOf(times).mean }),
      };
    });
}

function contrastsOf(repetitions: readonly Repetition[]): Contrast[] {
  return repetitions.flatMap((one, first) =>
    repetitions.slice(first + 1).flatMap((other, index) => {
      const found = welchTest(one, other);
      return found ? [{ first, second: first + 1 + index, ...found }] : [];
    }),
  );
}

/** Two values are the same setting if they are the same JSON. */
function asText(value: unknown): string {
  return JSON.stringify(value);
}
