import { didYouMean, OptionError } from '@ocelli/torch';
import { headsOf, type LabelNames } from '../data/labelNames.ts';
import type { Scores } from '../metrics/scores.ts';

/** What is measured of each head, and over all. */
export const figures = ['accuracy', 'balancedAccuracy', 'loss'] as const;
type Figure = (typeof figures)[number];

/** What decides which epoch is best, unless something else is declared. */
export const usualFigures: readonly string[] = ['accuracy'];

/** Every figure that an evaluation has, by name: `loss`, `gender.balancedAccuracy`. */
export function figureNames(names: LabelNames): string[] {
  const attributes = headsOf(names).flatMap(({ attribute }) => attribute ?? []);
  const own = attributes.flatMap((attribute) => figures.map((one) => `${attribute}.${one}`));
  return attributes.length === 0 ? [...figures] : [...figures, 'allCorrect', ...own];
}

/**
 * Refuses figures that no evaluation of such labels has.
 *
 * @param asked the figures, by the option that named them.
 * @throws {OptionError} with the nearest name.
 */
export function checkFigures(
  where: string,
  asked: Readonly<Record<string, readonly string[]>>,
  names: LabelNames,
): void {
  const known = figureNames(names);
  const pairs = Object.entries(asked).flatMap(([option, list]) =>
    list.map((name) => ({ option, name })),
  );
  for (const { option, name } of pairs) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known) || `Among them are ${known.slice(0, 4).join(', ')}.`;
    throw new OptionError(
      `${where}: expected ${option} to be a figure that evaluations have, got "${name}". ${hint}`,
    );
  }
}

/** Mean of the given figures; `null` if one is not there or not finite. */
export function meanFigure(scores: Scores, names: readonly string[]): number | null {
  const values = names.map((name) => figureOf(scores, name));
  const sum = values.reduce<number>((total, value) => total + (value ?? NaN), 0);
  return Number.isFinite(sum) ? sum / values.length : null;
}

/** Whether less is better. */
export function isLoss(names: readonly string[]): boolean {
  return names.every((name) => name === 'loss' || name.endsWith('.loss'));
}

function figureOf(scores: Scores, name: string): number | null {
  const dot = name.lastIndexOf('.');
  if (dot < 0) return scores[name as Figure | 'allCorrect'] ?? null; // checked before the run
  const own = scores.attributes?.[name.slice(0, dot)];
  return own?.[name.slice(dot + 1) as Figure] ?? null;
}
