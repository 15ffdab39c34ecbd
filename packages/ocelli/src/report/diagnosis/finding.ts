import type { RunView } from '../runView.ts';

/** Something a run shows, in plain words, and what to try about it. */
export interface Finding {
  /** Short, as a heading. */
  readonly title: string;
  /** What was seen, with its figures, and what it means. */
  readonly text: string;
  /** The next command to try; absent where none can be named. */
  readonly command?: string | undefined;
}

/** What a diagnosis looks at. */
export type Symptoms = Pick<
  RunView,
  'experiment' | 'pictures' | 'heads' | 'events' | 'epochs' | 'best' | 'evaluation'
>;

/** Looks for one thing. */
export type Rule = (run: Symptoms) => readonly Finding[];

export function percentText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A setting in at most two significant digits, as a person would choose it. */
export function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
