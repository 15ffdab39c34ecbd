import { OptionError, optionError } from './errors.ts';
import { didYouMean } from './nearest.ts';

/** Extent of a window, a step or a margin: one number for both, or `[height, width]`. */
export type Size2d = number | readonly [height: number, width: number];

/**
 * Refuses keys that no code reads, so that a misspelt option can never be silently ignored.
 *
 * @param where the function or class the user called, named in the error.
 * @param known every key that `options` may have.
 * @returns `options` itself, to be destructured with its defaults.
 * @throws {OptionError} that names the unknown key and the nearest known one.
 */
export function readOptions<Options extends object>(
  where: string,
  options: Options,
  known: readonly (keyof Options & string)[],
): Options {
  for (const key in options) {
    if (!known.includes(key)) throw unknownOption(where, key, known);
  }
  return options;
}

function unknownOption(where: string, key: string, known: readonly string[]): OptionError {
  if (known.length === 0) return new OptionError(`${where}: expected no options, got "${key}".`);
  const hint = didYouMean(key, known);
  const sentence = `${where}: expected options to be among ${known.join(', ')}, got "${key}".`;
  return new OptionError(hint === '' ? sentence : `${sentence} ${hint}`);
}

/**
 * The checks of one function's or class' arguments: each returns the value it was given, or throws
 * an {@link OptionError} that begins with the name the user called.
 */
export class OptionCheck {
  readonly #where: string;

  constructor(where: string) {
    this.#where = where;
  }

  /** Refuses unknown keys; see {@link readOptions}. */
  read<Options extends object>(
    options: Options,
    known: readonly (keyof Options & string)[],
  ): Options {
    return readOptions(this.#where, options, known);
  }

  /** An integer of at least `least`. */
  integer(option: string, value: number, least: number): number {
    if (isAtLeast(value, least)) return value;
    throw this.error(option, integerRule(least), value);
  }

  /** One integer for both, or two of them, each at least `least`; returned as `[height, width]`. */
  pair(option: string, value: Size2d, least: number): [height: number, width: number] {
    const [height, width, ...more] = Array.isArray(value) ? (value as number[]) : [value, value];
    if (isAtLeast(height, least) && isAtLeast(width, least) && more.length === 0) {
      return [height, width];
    }
    throw this.error(option, `${integerRule(least)}, or [height, width] of two`, value);
  }

  /** A finite number of at least `least`, and at most `most` where there is a bound. */
  number(option: string, value: number, [least, most = Infinity]: readonly number[]): number {
    const from = least ?? -Infinity;
    if (Number.isFinite(value) && value >= from && value <= most) return value;
    throw this.error(option, numberRule(from, most), value);
  }

  /** A finite number above 0. */
  positive(option: string, value: number): number {
    if (Number.isFinite(value) && value > 0) return value;
    throw this.error(option, 'a number above 0', value);
  }

  /** `true` or `false`. */
  flag(option: string, value: boolean): boolean {
    if (typeof value === 'boolean') return value;
    throw this.error(option, 'true or false', value);
  }

  /** One of `choices`; the nearest one is suggested otherwise. */
  oneOf<Choice extends string>(option: string, value: Choice, choices: readonly Choice[]): Choice {
    if (choices.includes(value)) return value;
    const hint = didYouMean(String(value), choices);
    throw this.error(option, `one of ${choices.join(', ')}`, value, hint);
  }

  /** The error for a rule of the caller's own. */
  // The four facts of the sentence, as in `optionError`.
  // eslint-disable-next-line max-params
  error(option: string, expected: string, got: unknown, hint = ''): OptionError {
    return optionError(this.#where, option, expected, got, hint);
  }
}

function isAtLeast(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function integerRule(least: number): string {
  if (least === 1) return 'a positive integer';
  return least === 0 ? 'an integer of 0 or more' : `an integer of at least ${least}`;
}

function numberRule(least: number, most: number): string {
  if (most === Infinity) return least === -Infinity ? 'a number' : `a number of at least ${least}`;
  return `a number from ${least} to ${most}`;
}
