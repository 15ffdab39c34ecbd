/** What the command line says about a long proof. */
export interface ProofOptions {
  /** Pictures, for the proofs that train on them; see `ocelli train --data`. */
  readonly data?: string;
  /** The table of the founding persons, for the proof about it. */
  readonly table?: string;
}

/** What a long proof found. */
export interface Finding {
  readonly held: boolean;
  /** What was measured, with its unit. */
  readonly figure: string;
}

/** Something too long for every test run, with a figure that is worth keeping. */
export interface Proof {
  readonly name: string;
  /** What holds, as a sentence. */
  readonly claim: string;
  run(options: ProofOptions): Finding | Promise<Finding>;
}
