import { didYouMean, OptionError } from '@ocelli/torch';
import { headsOf, type LabelNames } from '../data/labelNames.ts';
import type { Metric } from './metric.ts';
import type { Scores } from './scores.ts';

/** What is measured of each head, and over all. */
export const figures = ['accuracy', 'balancedAccuracy', 'loss'] as const;
type Figure = (typeof figures)[number];

/** What decides which epoch is best, unless something else is declared. */
export const usualFigures: readonly string[] = ['accuracy'];

/** What the figures of an evaluation follow from. */
export interface Measured {
  /** What the labels stand for. */
  readonly labelNames: LabelNames;
  /** Figures of one's own. @default [] */
  readonly metrics?: readonly Pick<Metric, 'name'>[];
}

/** Every figure that an evaluation has, by name: `loss`, `gender.balancedAccuracy`, `top2Accuracy`. */
export function figureNames({ labelNames, metrics = [] }: Measured): string[] {
  const attributes = headsOf(labelNames).flatMap(({ attribute }) => attribute ?? []);
  const ofEach = [...figures, ...metrics.map(({ name }) => name)];
  const own = attributes.flatMap((attribute) => ofEach.map((one) => `${attribute}.${one}`));
  return attributes.length === 0 ? ofEach : [...ofEach, 'allCorrect', ...own];
}

/**
 * Refuses figures that no such evaluation has.
 *
 * @param asked the figures, by the option that named them.
 * @throws {OptionError} with the nearest name.
 */
export function checkFigures(
  where: string,
  asked: Readonly<Record<string, readonly string[]>>,
  measured: Measured,
): void {
  const known = figureNames(measured);
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

/** Whether less is better: of losses, and of metrics that are called a loss or an error. */
export function isLoss(names: readonly string[]): boolean {
  return names.every((name) => /(^|\.)loss$|(Loss|Error)$/.test(name));
}

function figureOf(scores: Scores, name: string): number | null {
  const dot = name.lastIndexOf('.');
  const figure = name.slice(dot + 1);
  const own = dot < 0 ? scores : scores.attributes?.[name.slice(0, dot)];
  if (own?.metrics && figure in own.metrics) return own.metrics[figure] ?? null;
  if (dot < 0) return scores[figure as Figure | 'allCorrect'] ?? null; // checked before the run
  return own?.[figure as Figure] ?? null;
}
