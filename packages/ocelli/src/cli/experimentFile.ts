import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { OptionError, optionError } from '@ocelli/torch';
import { systemReason } from '../data/systemReason.ts';
import { defaultExport } from '../experiments/moduleFile.ts';

/** What an experiment's file says, still unchecked. */
export interface ExperimentFile {
  /** Settings, or a group of experiments. */
  readonly content: object;
  /** Name of its runs, where it has one. */
  readonly name?: string;
}

/**
 * Reads an experiment or a group: JSON, or the default export of a module, such as what `experiment()`
 * and `experimentGroup()` make.
 *
 * @throws {OptionError} if it is neither.
 */
export async function readExperimentFile(path: string): Promise<ExperimentFile> {
  const isModule = ['.ts', '.mts', '.js', '.mjs'].includes(extname(path).toLowerCase());
  const content = isModule ? await readModule(path) : readJson(path);
  if ('experiments' in content || !('name' in content)) return { content };
  const { name, ...settings } = content;
  if (typeof name === 'string') return { content: settings, name };
  throw new OptionError(`${path}: expected name to be a text, got ${JSON.stringify(name)}.`);
}

function readJson(path: string): object {
  try {
    return objectOf(JSON.parse(readFileSync(path, 'utf8')), path);
  } catch (cause) {
    if (cause instanceof OptionError) throw cause;
    const got = systemReason(cause);
    throw new OptionError(`${path}: expected a JSON file of settings, got ${got}.`, { cause });
  }
}

/** As it would be read from JSON. */
async function readModule(path: string): Promise<object> {
  return objectOf(JSON.parse(JSON.stringify(await defaultExport(path, 'settings'))), path);
}

function objectOf(value: unknown, path: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw optionError(path, 'the settings', 'one object', value);
}
