import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OptionError, optionError } from '@ocelli/torch';

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
  const content = isModule ? await defaultExport(path) : readJson(path);
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
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${path}: expected a JSON file of settings, got ${reason}.`, { cause });
  }
}

async function defaultExport(path: string): Promise<object> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as typeof module;
  } catch (cause) {
    throw new OptionError(`${path}: expected a module that can be loaded, got ${reasonOf(cause)}`, {
      cause,
    });
  }
  if (module.default === undefined) {
    throw new OptionError(`${path}: expected a default export with settings, found none.`);
  }
  return objectOf(JSON.parse(JSON.stringify(module.default)), path);
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const reason = cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
  if (code !== 'ERR_UNKNOWN_FILE_EXTENSION') return `${reason}.`;
  return 'TypeScript, which this Node.js does not read. Use Node.js 22.18 or later, or a .js or .json file.';
}

function objectOf(value: unknown, path: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw optionError(path, 'the settings', 'one object', value);
}
