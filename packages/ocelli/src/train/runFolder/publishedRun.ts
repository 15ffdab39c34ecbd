import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, didYouMean } from '@ocelli/torch';
import { pretrainedFolder } from './pretrainedFolder.ts';
import { findRunFolder, type RunFolder, runFolderAt } from './runFolder.ts';

/** Names of the weights that are published with the package, in alphabetical order. */
export function publishedNames(): readonly string[] {
  return readdirSync(pretrainedFolder)
    .filter((name) => existsSync(join(pretrainedFolder, name, 'experiment.json')))
    .toSorted();
}

/** The folder of published weights: it has what a run folder has to have so that the network answers. */
export function publishedFolder(name: string): RunFolder | undefined {
  return publishedNames().includes(name) ? runFolderAt(join(pretrainedFolder, name)) : undefined;
}

/**
 * What is trained already: a run, as `openRunFolder` finds it, or weights that are published with the
 * package, by their name. A run that is called the same comes first.
 *
 * @throws {DataError} if there is neither, with the nearest name.
 */
export function openTrained(word: string): RunFolder {
  const folder = findRunFolder(word) ?? publishedFolder(word);
  if (folder !== undefined) return folder;
  const names = publishedNames();
  throw new DataError(
    `${word}: expected a run folder with an experiment.json, or the name of published weights ` +
      `(${names.join(', ')}), found neither. ` +
      (didYouMean(word, names) || 'Pass a folder such as runs/<name>/1.'),
  );
}
