import type { Experiment, ExperimentInput, TrainingStage } from './experiment.ts';
import { merged, type StageOrigin, type StageSettingName, stageSettings } from './stageSettings.ts';

/** What a user says about one stage of an experiment; what it does not say is as in the experiment. */
export type StageInput = Pick<ExperimentInput, StageSettingName> & {
  /** Weights it begins with: of the best epoch of the stage before, or of its last. @default 'best' */
  readonly from?: StageOrigin;
};

type Content = Readonly<Record<string, unknown>>;

/** How many stages an experiment has; one without any is one itself. */
export function stageCount({ stages }: Pick<Experiment, 'stages'>): number {
  return stages?.length ?? 1;
}

/** The experiment as it is in one of its stages, counted from 1. */
export function atStage(experiment: Experiment, number: number): Experiment {
  const { from: _, ...settings } = (experiment.stages?.[number - 1] ??
    {}) as Partial<TrainingStage>;
  return { ...experiment, ...settings };
}

/**
 * The experiment with one more stage, which is like its last but for what is said of it.
 *
 * @throws {OptionError} as `resolveExperiment` does.
 */
export function withStage(
  experiment: Experiment,
  added: StageInput,
  resolve: (input: Content) => Experiment,
): Experiment {
  const stages = (experiment.stages ?? [settingsOf(experiment)]) as readonly Content[];
  const { from: _, ...last } = stages.at(-1) ?? {};
  return resolve({ ...experiment, stages: [...stages, { ...merged(last, added), ...added }] });
}

function settingsOf(experiment: Experiment): Content {
  return Object.fromEntries(stageSettings.map((name) => [name, experiment[name]]));
}
