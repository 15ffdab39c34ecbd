import { noTotals, type Scores, type Totals } from '../../metrics/scores.ts';
import type { Reduction } from '../schedules/plateau.ts';
import type { TransformCount } from '../../augment/transformCounts.ts';
import type { HeadReport } from '../evaluation/predictionRecord.ts';
import type { StageOrigin } from '../experiment/stageSettings.ts';
import type { StageStart } from '../schedules/stageStart.ts';

/**
 * What a training run tells the world: the only thing between the loop and everything that shows,
 * stores or judges it. Every event is plain JSON, so `events.jsonl` is the complete record of a run.
 *
 * Counting is one-based for people: `epoch` 1 is the first, `step` is the number of optimizer steps
 * made since the run began, over all epochs.
 */
export type TrainEvent =
  | RunStarted
  | EpochStarted
  | StepEnded
  | EvaluationStepEnded
  | EvaluationEnded
  | EpochEnded
  | LearningRateReduced
  | CheckpointSaved
  | BestSaved
  | WeightsRestored
  | StopRequested
  | RunStopping
  | Warning
  | RunEnded;

/** Where a run stands: enough, with weights and optimizer state, to go on as if nothing happened. */
export interface Progress {
  /** Epoch in work, from 1; one more than the last epoch when the run is complete. */
  readonly epoch: number;
  /** Steps made in that epoch. */
  readonly stepInEpoch: number;
  /** Steps made in the whole run. */
  readonly step: number;
  /** Seconds of work so far, earlier sessions of a resumed run included. */
  readonly seconds: number;
  /** What the epoch in work has summed up so far. */
  readonly totals: Totals;
}

/** A run begins, or goes on. */
export interface RunStarted {
  readonly type: 'runStarted';
  /** The last epoch to come; of the stage in work, where there are several. */
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Pictures in one epoch. */
  readonly trainCount: number;
  /** Numbers the model is made of, running statistics included, and those that are learned. */
  readonly parameters: { readonly total: number; readonly trainable: number };
  /** Figures of the validation whose mean decides which epoch is best; absent in old records: accuracy. */
  readonly best?: readonly string[];
  /** Where the run goes on from; a fresh run starts at epoch 1, step 0. */
  readonly from: Progress;
  /** Which of the run's stages this is; absent where it has one alone. */
  readonly stage?: StageFacts;
}

/** A stage of a run. Epochs and steps count through all of them. */
export interface StageFacts extends StageStart {
  /** How many there are. */
  readonly of: number;
  /** The weights of the stage before that it began with; `null` in the first. */
  readonly from: StageOrigin | null;
}

/** An epoch begins, or goes on where it was interrupted. */
export interface EpochStarted {
  readonly type: 'epochStarted';
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of this epoch already made, when a run goes on in the middle of one. */
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  readonly seconds: number;
}

/** The weights have been changed once more. */
export interface StepEnded {
  readonly type: 'stepEnded';
  readonly epoch: number;
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  readonly step: number;
  /** The schedule's value for this step, before it is divided by the batch size for a summed loss. */
  readonly lr: number;
  /** Present where a schedule moves it. */
  readonly momentum?: number;
  /** The rate of each parameter group by name, likewise undivided; where there are several. */
  readonly lrs?: Readonly<Record<string, number>>;
  readonly seconds: number;
  /**
   * Totals of the epoch up to here. Absent on most steps: reading them waits for the device, so the
   * loop does it a few times a second at most, and on the last step of an epoch.
   */
  readonly totals?: Totals;
}

/** A sign of life from a long evaluation; shown, not stored. */
export interface EvaluationStepEnded {
  readonly type: 'evaluationStepEnded';
  readonly split: string;
  /** Samples looked at so far. */
  readonly done: number;
  readonly total: number;
  /** Seconds since the evaluation began. */
  readonly seconds: number;
}

/** All pictures of a part have been measured. */
export interface EvaluationEnded {
  readonly type: 'evaluationEnded';
  /** Which pictures were looked at, in the user's words: `test`, `validation`. */
  readonly split: string;
  readonly epoch: number;
  readonly scores: Scores;
  /** Everything measured about each head: confusion, figures of each class, calibration. */
  readonly reports?: readonly HeadReport[];
  /** Seconds this evaluation took. */
  readonly took: number;
}

/** An epoch is over, its validation included. */
export interface EpochEnded {
  readonly type: 'epochEnded';
  readonly epoch: number;
  readonly epochs: number;
  /** The schedule's value where the epoch ends, which is where the next one begins. */
  readonly lr: number;
  readonly train: Scores;
  /** Absent when the run has nothing to validate on. */
  readonly validation?: Scores;
  /**
   * How many pictures each transform saw and changed in this epoch; of an epoch that was gone on with,
   * since then. Absent where nothing counts them.
   */
  readonly transforms?: Readonly<Record<string, TransformCount>>;
  /** Where the run stands now: the beginning of the next epoch. */
  readonly progress: Progress;
}

/** The validation stopped getting better, so steps are smaller from the next epoch on. */
export interface LearningRateReduced extends Reduction {
  readonly type: 'learningRateReduced';
  /** The epoch after which it happened. */
  readonly epoch: number;
  /** The figure of the validation that was watched. */
  readonly monitor: string;
}

/** A checkpoint lies complete on the disk. */
export interface CheckpointSaved {
  readonly type: 'checkpointSaved';
  readonly step: number;
  readonly epoch: number;
  readonly path: string;
  /** True when these weights are also the best so far. */
  readonly best: boolean;
}

/** The weights of an epoch that is the best so far are in `weights/best.safetensors`. */
export interface BestSaved {
  readonly type: 'bestSaved';
  readonly epoch: number;
  /** Figures of the validation whose mean decides. */
  readonly figures: readonly string[];
  /** That mean at the best epoch before; `null` if this is the first. */
  readonly before: number | null;
  readonly now: number;
}

/** The model has the weights of an earlier epoch back. */
export interface WeightsRestored {
  readonly type: 'weightsRestored';
  readonly epoch: number;
}

/** A consumer has seen enough: the run finishes the step in work and ends. */
export interface StopRequested {
  readonly type: 'stopRequested';
  /** For people: what it has seen. */
  readonly why: string;
}

/** The run is about to end before its time; consumers that save do it now. */
export interface RunStopping {
  readonly type: 'runStopping';
  readonly reason: 'interrupted' | 'stopped' | 'nonFinite';
  readonly progress: Progress;
  /** Present when a loss was not finite. */
  readonly badStep?: BadStep;
}

/** The first step whose loss was not finite. */
export interface BadStep {
  /** Number of the step in the run, from 1. */
  readonly step: number;
  /** The schedule's value for that step. */
  readonly lr: number;
  /** All samples of its batch, in the batch's order. */
  readonly names: readonly string[];
}

/** Something may be wrong; the run goes on. */
export interface Warning {
  readonly type: 'warning';
  readonly message: string;
}

/** Nothing more will happen until somebody goes on with the run. */
export interface RunEnded {
  readonly type: 'runEnded';
  /** `stopped` on a consumer's request, `interrupted` from outside. */
  readonly reason: 'completed' | 'interrupted' | 'stopped' | 'nonFinite';
  readonly progress: Progress;
}

/** A run that has not begun. */
export const atTheBeginning: Progress = {
  epoch: 1,
  stepInEpoch: 0,
  step: 0,
  seconds: 0,
  totals: noTotals,
};
