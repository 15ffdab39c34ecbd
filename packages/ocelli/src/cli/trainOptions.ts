/** Options of `ocelli train`; the settings of an experiment are among them. */
export interface TrainOptions extends Readonly<Record<string, unknown>> {
  /** A run or one of its checkpoints; `true` without any: the run that was worked on last. */
  readonly resume?: string | true;
  readonly restart?: string;
  /** With `resume`: epochs that come after the others, with settings of their own. */
  readonly moreEpochs?: string;
  readonly runName?: string;
  readonly runsDir?: string;
  /** How often to run, with seeds that count up. */
  readonly repeat?: string;
  /** With repetitions: the accuracy that counts as success. */
  readonly target?: string;
  readonly progress: string;
  /** Off with `--no-report`. */
  readonly report: boolean;
}
