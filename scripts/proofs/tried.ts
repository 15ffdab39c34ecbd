import type { Finding } from './proof.ts';

/** Something that a proof has to see happen, or it has shown nothing. */
export interface Tried {
  /** In words that follow a number: `kills`. */
  readonly what: string;
  readonly count: number;
  readonly least: number;
}

const shown = 5;

/** Holds if enough was tried and nothing went wrong; nothing holds that was never tried. */
export function findingOf(tried: readonly Tried[], wrong: readonly string[]): Finding {
  const isEnough =
    tried.length > 0 && tried.every(({ count, least }) => count >= least && count > 0);
  const counts = tried.map(({ what, count, least }) =>
    count < least ? `${count} ${what} (fewer than ${least})` : `${count} ${what}`,
  );
  const figure = [...counts, `${wrong.length} went wrong`].join(', ');
  const sentences = wrong.slice(0, shown).map((sentence) => `; ${sentence}`);
  return { held: isEnough && wrong.length === 0, figure: figure + sentences.join('') };
}
