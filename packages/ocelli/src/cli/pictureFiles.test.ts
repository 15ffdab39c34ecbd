import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writeTree } from '../../test/dataTree.ts';
import { pictureFiles } from './pictureFiles.ts';

const folder = writeTree(temporaryFolder(), {
  'b.jpg': 'x',
  'a.png': 'x',
  'notes.txt': 'x',
  'deep/c.webp': 'x',
  'empty/notes.txt': 'x',
});
const at = (name: string): string => join(folder, name);

test('files as they are, folders with all below them, patterns', async () => {
  expect(await pictureFiles([at('b.jpg')])).toEqual([at('b.jpg')]);
  expect(await pictureFiles([folder])).toEqual([at('a.png'), at('b.jpg'), at('deep/c.webp')]);
  expect(await pictureFiles([at('*.{jpg,png}')])).toEqual([at('a.png'), at('b.jpg')]);
  expect(await pictureFiles([at('**/*.webp'), at('b.jpg')])).toEqual([
    at('deep/c.webp'),
    at('b.jpg'),
  ]);
});

test('a file that is not there is left to those who read it', async () => {
  expect(await pictureFiles([at('gone.jpg')])).toEqual([at('gone.jpg')]);
});

test('a folder or a pattern without pictures is refused', async () => {
  await expect(pictureFiles([at('empty')])).rejects.toThrow(
    `${at('empty')}: expected a folder with pictures, got none.`,
  );
  await expect(pictureFiles([at('*.gif')])).rejects.toThrow(
    'expected a pattern that matches pictures',
  );
});
