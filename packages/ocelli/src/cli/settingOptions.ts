import { type Command, Option } from 'commander';
import { z } from 'zod';
import { choicesOf, settingEntries } from '../train/experiment/checkedSettings.ts';
import { optionNameOf } from '../train/experiment/optionName.ts';
import type { Setting } from '../train/experiment/setting.ts';
import { settingHeading } from './settingGroups.ts';

/**
 * Gives a command one option for every setting of an experiment, with the default in its help, under the
 * heading of what it is about. Options
 * have no default of their own: what the user did not say stays unsaid until the experiment is resolved.
 */
export function addSettingOptions(command: Command): void {
  for (const [name, setting] of settingEntries()) {
    for (const option of optionsFor(name, setting)) {
      command.addOption(option.helpGroup(settingHeading(name)));
    }
  }
}

function optionsFor(name: string, setting: Setting): Option[] {
  const flag = optionNameOf(name);
  const help = `${setting.help} (default: ${defaultText(setting)})`;
  if (kindOf(setting) === 'boolean') {
    const off = new Option(`--no-${flag.slice(2)}`, `not ${flag}`);
    // What is off already is put off only where a file has put it on.
    return [new Option(flag, help), off.hideHelp(setting.fallback === false)];
  }
  return [new Option(`${flag} <${placeholder(setting)}>`, help).argParser(parserFor(setting))];
}

function defaultText({ fallback, fallbackText }: Setting): string {
  if (typeof fallback === 'boolean') return fallback ? 'on' : 'off';
  return fallbackText ?? String(fallback);
}

type Kind = 'number' | 'boolean' | 'string' | 'list' | 'options' | 'json';

function kindOf({ schema }: Setting): Kind {
  const { type } = schema.def;
  if (schema instanceof z.ZodArray) return schema.element instanceof z.ZodString ? 'list' : 'json';
  if (type === 'custom') return 'options';
  if (type === 'record' || type === 'tuple') return 'json';
  if (type === 'union') return 'number'; // or a word, which stays one
  return type === 'number' || type === 'boolean' ? type : 'string';
}

function placeholder(setting: Setting): string {
  const choices = choicesOf(setting);
  if (choices.length > 6) return 'name';
  if (choices.length > 0) return choices.join('|');
  const kind = kindOf(setting);
  if (kind === 'options') return 'name.option=value';
  if (kind === 'json') return 'json';
  return kind === 'number' ? 'number' : 'text';
}

/**
 * What the text of an option means; what it cannot mean stays text, for the message about it. Options
 * that may be given again get what they were before.
 */
function parserFor(setting: Setting): (text: string, before: unknown) => unknown {
  const kind = kindOf(setting);
  if (kind === 'number') return numberOr;
  if (kind === 'list') return (text, before) => [...((before ?? []) as string[]), text];
  if (kind === 'options') return withOption;
  if (kind === 'json') return valueOf;
  return (text) => text;
}

function numberOr(text: string): unknown {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? text : value;
}

/** `gender.lossWeight=0.3` among the options before it; the name itself may have dots. */
function withOption(text: string, before: unknown): unknown {
  const [, name, key, value] = /^(.+)\.([^.=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || key === undefined || value === undefined) return text;
  const options = (before ?? {}) as Record<string, object>;
  return { ...options, [name]: { ...options[name], [key]: valueOf(value) } };
}

/** A number or list as JSON has them, or else the words as they stand. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // as in loss=focal
  }
}

/** The settings among the options of a command line; other options are the command's own. */
export function settingsAmong(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = new Set<string>(settingEntries().map(([name]) => name));
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name)));
}
