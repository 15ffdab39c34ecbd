import { type Command, Option } from 'commander';
import { choicesOf, settingEntries } from '../train/experiment.ts';
import { optionNameOf } from '../train/optionName.ts';
import type { Setting } from '../train/settings.ts';

/**
 * Gives a command one option for every setting of an experiment, with the default in its help. Options
 * have no default of their own: what the user did not say stays unsaid until the experiment is resolved.
 */
export function addSettingOptions(command: Command): void {
  for (const [name, setting] of settingEntries()) {
    for (const option of optionsFor(name, setting)) command.addOption(option);
  }
}

function optionsFor(name: string, setting: Setting): Option[] {
  const flag = optionNameOf(name);
  const help = `${setting.help} (default: ${defaultText(setting)})`;
  if (kindOf(setting) === 'boolean') {
    const off = new Option(`--no-${flag.slice(2)}`, `not ${flag}`);
    return [new Option(flag, help), off];
  }
  return [new Option(`${flag} <${placeholder(setting)}>`, help).argParser(parserFor(setting))];
}

function defaultText({ fallback, fallbackText }: Setting): string {
  if (typeof fallback === 'boolean') return fallback ? 'on' : 'off';
  return fallbackText ?? String(fallback);
}

type Kind = 'number' | 'boolean' | 'string';

function kindOf({ schema }: Setting): Kind {
  const { type } = schema.def;
  return type === 'number' || type === 'boolean' ? type : 'string';
}

function placeholder(setting: Setting): string {
  const choices = choicesOf(setting);
  if (choices.length > 6) return 'name';
  if (choices.length > 0) return choices.join('|');
  return kindOf(setting) === 'number' ? 'number' : 'text';
}

/** Text to number where a number is meant; what is no number stays text, for the message about it. */
function parserFor(setting: Setting): (text: string) => unknown {
  if (kindOf(setting) !== 'number') return (text) => text;
  return (text) => {
    const value = Number(text);
    return text.trim() === '' || Number.isNaN(value) ? text : value;
  };
}

/** The settings among the options of a command line; other options are the command's own. */
export function settingsAmong(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = new Set<string>(settingEntries().map(([name]) => name));
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name)));
}
