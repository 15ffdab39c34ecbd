import { readFileSync } from 'node:fs';
import { DataError } from '@ocelli/torch';

/**
 * The content of a JSON file of a run, of the type that Ocelli wrote.
 *
 * @throws {DataError} if it is damaged.
 */
export function readJson<Content>(path: string): Content {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text) as Content;
  } catch (cause) {
    throw new DataError(
      `${path}: expected JSON as Ocelli writes it, got a damaged file ` +
        `(${(cause as Error).message}). Put back a copy of it.`,
      { cause },
    );
  }
}
