import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OptionError } from '@ocelli/torch';

/**
 * What a module of the user's exports by default.
 *
 * @param what it should export, for messages: `settings`.
 * @throws {OptionError} if it cannot be loaded or has no default export.
 */
export async function defaultExport(path: string, what: string): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as typeof module;
  } catch (cause) {
    throw new OptionError(`${path}: expected a module that can be loaded, got ${reasonOf(cause)}`, {
      cause,
    });
  }
  if (module.default !== undefined) return module.default;
  throw new OptionError(`${path}: expected a default export with ${what}, found none.`);
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const reason = cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
  if (code !== 'ERR_UNKNOWN_FILE_EXTENSION') return `${reason}.`;
  return 'TypeScript, which this Node.js does not read. Use Node.js 22.18 or later, or a .js or .json file.';
}
