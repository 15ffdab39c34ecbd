import type { Look } from './look.ts';

// A figure is 300 units high: head 8 to 104, shoulders at 112, hips at 194, ground at 298. The middle
// line is x = 0; from the side a person looks towards positive x.

/** Heights at which the parts of a figure meet. */
export const HEIGHTS = {
  head: 56,
  chin: 102,
  shoulder: 112,
  waist: 160,
  hip: 194,
  knee: 242,
  ankle: 286,
  ground: 298,
} as const;

/** Half-widths of a body. */
export interface Build {
  readonly shoulder: number;
  readonly waist: number;
  readonly hip: number;
  /** How far a belly reaches forward, seen from the side. */
  readonly belly: number;
  /** How far the back reaches backward. */
  readonly back: number;
  readonly arm: number;
  readonly leg: number;
  /** Width of the face beside a usual one. */
  readonly face: number;
  /** How far an old person bends forward, in degrees. */
  readonly stoop: number;
}

/** The measures of a body by gender, weight and age. */
export function buildOf({ isFemale, girth, ageStep }: Look): Build {
  const extra = Math.max(0, girth - 1);
  return {
    shoulder: (isFemale ? 29 : 37) * girth ** 0.75,
    waist: (isFemale ? 22 : 29) * girth * (1 + 0.28 * extra),
    hip: (isFemale ? 30 : 27) * girth,
    belly: 17 * girth + 20 * extra + (ageStep >= 3 ? 3 : 0),
    back: 17 * girth ** 0.8,
    arm: 15 * girth ** 0.7,
    leg: 19 * girth ** 0.8,
    face: 0.9 + 0.12 * girth,
    stoop: ageStep === 4 ? 11 : 0,
  };
}
