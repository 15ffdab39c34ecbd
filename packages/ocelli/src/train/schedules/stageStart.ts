import type { Schedule } from './schedule.ts';

/** Where in its run a stage begins. */
export interface StageStart {
  /** Which stage, from 1. */
  readonly number: number;
  /** Its first epoch, counted through all stages from 1. */
  readonly epoch: number;
  /** Steps made before it. */
  readonly step: number;
}

/** The beginning of a run, where its first stage begins. */
export const firstStage: StageStart = { number: 1, epoch: 1, step: 0 };

/** A schedule that was made as if the stage were a run of its own, counted through. */
export function shifted(schedule: Schedule, { step: before }: StageStart): Schedule {
  return before === 0 ? schedule : (step) => schedule(step - before);
}
