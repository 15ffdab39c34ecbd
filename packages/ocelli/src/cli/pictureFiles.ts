import { existsSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { DataError } from '@ocelli/torch';
import { glob, isDynamicPattern } from 'tinyglobby';

const isPicture = /\.(jpe?g|png|webp|gif)$/i;

/**
 * The picture files that a user means: files as they are, folders with all pictures below them, patterns
 * such as `photos/*.jpg`. In the order of the words, each folder and pattern sorted.
 *
 * @throws {DataError} if a folder or a pattern holds no picture.
 */
export async function pictureFiles(words: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(words.map(filesOf));
  return lists.flat();
}

async function filesOf(word: string): Promise<string[]> {
  if (existsSync(word)) return statSync(word).isDirectory() ? inFolder(word) : [word];
  if (!isDynamicPattern(word)) return [word]; // the error about it names the file
  const options = { absolute: isAbsolute(word), expandDirectories: false };
  const found = (await glob(word, options)).sort();
  if (found.length > 0) return found;
  throw new DataError(`${word}: expected a pattern that matches pictures, got none.`);
}

function inFolder(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const found = names.filter((name) => isPicture.test(name)).sort();
  if (found.length > 0) return found.map((name) => join(folder, name));
  throw new DataError(`${folder}: expected a folder with pictures, got none.`);
}
