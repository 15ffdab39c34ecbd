import { DataError, OptionError, optionError } from '@ocelli/torch';
import { writeJsonDurably } from '../runFolder/durableFile.ts';
import { readJson } from '../runFolder/jsonFile.ts';
import type { Suggestions } from './suggestions.ts';
import type { SweepPoint } from './sweepPoint.ts';

/** The outcome of a sweep; plain JSON. */
export interface SweepCurve {
  readonly points: readonly SweepPoint[];
  /** Whether it went through, or the loss grew beyond all bounds. */
  readonly ended: 'completed' | 'diverged';
  readonly suggestions: Suggestions;
}

/**
 * The learning rate that a curve suggests by one of the rules.
 *
 * @param where who asks, for the message.
 * @throws {OptionError} if it suggests none.
 */
export function suggestedRate(where: string, curve: SweepCurve, rule: keyof Suggestions): number {
  const lr = curve.suggestions[rule];
  if (lr !== null) return lr;
  throw new OptionError(
    `${where}: expected a curve with a suggestion by ${rule}, got one of ` +
      `${curve.points.length} points that never falls. Choose the learning rate by hand.`,
  );
}

/** Keeps a curve as a JSON file. */
export function saveCurve(path: string, curve: SweepCurve): void {
  writeJsonDurably(path, curve);
}

/** Reads what `saveCurve` wrote. @throws {DataError} if the file is no such curve. */
export function readCurve(path: string): SweepCurve {
  const read = readJson<unknown>(path);
  const isCurve =
    typeof read === 'object' && read !== null && 'points' in read && 'suggestions' in read;
  if (!isCurve)
    throw new DataError(`${path}: expected the curve of a learning rate finder, got other JSON.`);
  return read as SweepCurve; // written by `saveCurve`
}

/** The points without the first and the last ones. @throws {OptionError} if none would be left. */
export function clipped(
  points: readonly SweepPoint[],
  { first, last }: { readonly first: number; readonly last: number },
): readonly SweepPoint[] {
  const left = points.slice(first, points.length - last);
  if (left.length > 0) return left;
  throw optionError('clipped', 'first and last', `fewer than the ${points.length} points`, [
    first,
    last,
  ]);
}

/** The largest suggestion of one kind among several curves. @throws {OptionError} if none has one. */
export function largestSuggestion(curves: readonly SweepCurve[], kind: keyof Suggestions): number {
  const rates = curves.flatMap(({ suggestions }) => suggestions[kind] ?? []);
  if (rates.length > 0) return Math.max(...rates);
  throw optionError(
    'largestSuggestion',
    'curves',
    `at least one with a suggestion by ${kind}`,
    curves.length,
  );
}
