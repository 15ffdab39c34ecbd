/** How a thing that was looked at stands: `missing` stops Ocelli from working, `weak` slows it. */
export type CheckState = 'good' | 'weak' | 'missing';

/** One line of the doctor's report. */
export interface Check {
  readonly name: string;
  readonly state: CheckState;
  /** What was found. */
  readonly found: string;
  /** What to do; given whenever the state is not `good`. */
  readonly remedy?: string;
}

/** A check without fault. */
export function good(name: string, found: string): Check {
  return { name, state: 'good', found };
}

/** A check that found something that works worse than it could. */
export function weak(name: string, found: string, remedy: string): Check {
  return { name, state: 'weak', found, remedy };
}

/** A check that found something needed missing. */
export function missing(name: string, found: string, remedy: string): Check {
  return { name, state: 'missing', found, remedy };
}
