import { parseArgs } from 'node:util';
import { didYouMean, OptionError, optionError } from '@ocelli/torch';
import { optionNameOf } from './optionName.ts';

/** Constants of a recipe that may be set from the command line; each keeps the type of its default. */
export type RecipeConstants = Readonly<Record<string, string | number>>;

/** The same constants, their types widened from the literals they were given as. */
export type RecipeValues<Constants extends RecipeConstants> = {
  -readonly [Name in keyof Constants]: Constants[Name] extends number ? number : string;
};

/**
 * The constants of a recipe, each replaced by its option if that is given (`batchSize` by
 * `--batch-size`), and a line on the console that says which were.
 *
 * @throws {OptionError} if an option is unknown, or no number where one is meant.
 */
export function recipeArguments<const Constants extends RecipeConstants>(
  defaults: Constants,
  words: readonly string[] = process.argv.slice(2),
): RecipeValues<Constants> {
  const names = new Map(Object.keys(defaults).map((name) => [optionNameOf(name).slice(2), name]));
  const options = Object.fromEntries(
    [...names.keys()].map((key) => [key, { type: 'string' }] as const),
  );
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true });
  const values: Record<string, string | number> = { ...defaults };
  for (const token of tokens) {
    if (token.kind !== 'option') throw unexpected(words[token.index] ?? '', names.keys());
    const name = names.get(token.name);
    if (name === undefined) throw unexpected(token.rawName, names.keys());
    values[name] = read(token.rawName, token.value, defaults[name]);
  }
  const changed = Object.keys(defaults).filter((name) => values[name] !== defaults[name]);
  const list = changed.map((name) => `${name} ${values[name]}${instead(defaults[name])}`);
  if (changed.length > 0) process.stdout.write(`overridden: ${list.join(', ')}\n`);
  return values as RecipeValues<Constants>; // the keys of `defaults`, each with a value of its type
}

function instead(value: unknown): string {
  return value === '' ? '' : ` (not ${String(value)})`;
}

function read(option: string, text: string | undefined, fallback: unknown): string | number {
  if (text === undefined) throw optionError('recipe', option, 'followed by a value', text);
  if (typeof fallback !== 'number') return text;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw optionError('recipe', option, 'a number', text);
}

function unexpected(word: string, known: Iterable<string>): OptionError {
  const options = [...known].map((name) => `--${name}`);
  const hint = didYouMean(word, options);
  const rule = `expected options among ${options.join(', ')}`;
  return new OptionError(`recipe: ${rule}, got "${word}".${hint && ` ${hint}`}`);
}
