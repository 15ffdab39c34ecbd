/** A picture of which a model said something else than its label. */
export interface Mistake {
  /** What the picture is called. */
  readonly name: string;
  readonly label: string;
  /** From 0 to 1. */
  readonly labelProbability: number;
  readonly answer: string;
  /** Of the answer, from 0 to 1. */
  readonly probability: number;
  /** `data:` URIs: the picture, and where the model looked in it for its answer. */
  readonly picture: string;
  readonly map: string;
}

/** Wrong answers of one head, the surest first. */
export interface HeadMistakes {
  /** The attribute; `label` where pictures have one label. */
  readonly name: string;
  /** Pictures that have a label. */
  readonly labelled: number;
  /** Pictures answered wrongly. */
  readonly wrong: number;
  readonly shown: readonly Mistake[];
}

/** How many answers are wrong, and how many of those are shown, as a sentence. */
export function mistakesInWords({ labelled, wrong, shown }: HeadMistakes): string {
  if (wrong === 0) return `All ${labelled} labelled pictures were answered right.`;
  const which = shown.length === wrong ? 'all' : `the ${shown.length} surest`;
  return `${wrong} of ${labelled} labelled pictures were answered wrong; here are ${which}.`;
}
