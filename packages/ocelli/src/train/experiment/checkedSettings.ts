import { didYouMean, OptionError, optionError } from '@ocelli/torch';
import { z } from 'zod';
import { refusedAttributes } from './attributeSettings.ts';
import type { Setting } from './setting.ts';
import { type SettingName, settings } from './settings.ts';

/** The settings as commands and files list them. */
export function settingEntries(): [SettingName, Setting][] {
  return Object.entries(settings) as [SettingName, Setting][]; // the keys of a literal object
}

/** How a setting is written where it was said, for messages. */
export type NameOf = (name: string) => string;

/**
 * The settings a user gave, each within its bounds; those without a value are left out.
 *
 * @throws {OptionError} with one line a problem.
 */
export function checkedSettings(
  input: unknown,
  where: string,
  nameOf: NameOf,
): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw optionError(where, 'the settings', 'one object', input);
  }
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
  const problems = given.flatMap(([name, value]) => problemWith(name, value, { where, nameOf }));
  if (problems.length > 0) throw new OptionError(problems.join('\n'));
  return Object.fromEntries(given);
}

function problemWith(
  name: string,
  value: unknown,
  { where, nameOf }: { where: string; nameOf: NameOf },
): string[] {
  if (name === 'attributes') return refusedAttributes(value, where);
  const setting = new Map<string, Setting>(settingEntries()).get(name);
  if (setting === undefined) {
    const hint = didYouMean(nameOf(name), Object.keys(settings).map(nameOf));
    return [`${where}: unknown setting ${nameOf(name)}.${hint && ` ${hint}`}`];
  }
  if (setting.schema.safeParse(value).success) return [];
  const hint = typeof value === 'string' ? didYouMean(value, choicesOf(setting)) : '';
  return [optionError(where, nameOf(name), setting.rule, value, hint).message];
}

/** The closed set of values of a setting; empty when it is open. */
export function choicesOf(setting: Setting): readonly string[] {
  return setting.schema instanceof z.ZodEnum ? setting.schema.options.map(String) : [];
}
