import { DataError } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { classFolders } from './classFolders.ts';
import type { FileSource, Listing } from './fileSource.ts';

const source = { path: '/data', kind: 'folder' } as FileSource;

/** A listing with every folder on the way; names that end in `/` are empty folders. */
function listing(...paths: string[]): Listing {
  const folders = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1);
    for (let i = 1; i <= parts.length; i++) folders.add(parts.slice(0, i).join('/'));
  }
  const files = paths
    .filter((path) => !path.endsWith('/'))
    .map((path) => ({ path, size: 1, mtimeMs: 0 }));
  return { files, folders: [...folders] };
}

const read = (...paths: string[]) => classFolders(source, listing(...paths));

describe('classFolders', () => {
  test('orders classes and pictures by code point, capitals first', () => {
    const { classes, splits } = read('train/b/2.png', 'train/b/10.png', 'train/B/x', 'train/a/x');
    expect(classes).toEqual(['B', 'a', 'b']);
    expect(splits.get('train')).toEqual([
      { path: 'train/B/x', label: 0 },
      { path: 'train/a/x', label: 1 },
      { path: 'train/b/10.png', label: 2 },
      { path: 'train/b/2.png', label: 2 },
    ]);
  });

  test('finds pictures in folders below a class', () => {
    const { splits } = read('train/a/x/y/1.png', 'train/b/1.png');
    expect(splits.get('train')?.[0]).toEqual({ path: 'train/a/x/y/1.png', label: 0 });
  });

  test('looks through folders around the tree, but takes class folders alone as one split', () => {
    expect([...read('x/y/train/a/1', 'x/y/train/b/1').splits.keys()]).toEqual(['train']);
    const flat = read('x/a/1', 'x/b/1');
    expect(flat.splits.get('train')).toHaveLength(2);
  });

  test('takes classes named like words of JavaScript', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const { classes, splits } = read(...names.map((name) => `train/${name}/1.png`));
    expect([...classes].sort()).toEqual([...names].sort());
    expect(splits.get('train')?.map(({ label }) => label)).toEqual([0, 1, 2, 3]);
  });

  test('lets the test split lack a class', () => {
    expect(read('train/a/1', 'train/b/1', 'test/b/1').splits.get('test')).toEqual([
      { path: 'test/b/1', label: 1 },
    ]);
  });

  test.each([
    [
      ['train/a/', 'train/b/1', 'train/c/'],
      '/data/train: expected pictures in every class folder, got none in a, c. ' +
        'Add pictures or delete the folder.',
    ],
    [
      ['train/a/1', 'train/b/1', 'test/c/1'],
      '/data/test/c: expected a class that train has too, got "c". ' +
        'Rename the folder or add the class to train.',
    ],
    [
      ['train/only/1'],
      '/data/train: expected a folder for each of at least two classes, got only "only".',
    ],
    [
      ['train/a/1', 'train/b/1', 'train/loose.png'],
      '/data/train/loose.png: expected a picture inside a class folder, got one beside the class ' +
        'folders. Move it into the folder of its class.',
    ],
    [
      ['train/\u00e9/1', 'train/e\u0301/1'],
      '/data/train: expected one folder for each class, got two named "\u00e9" ' +
        'that differ only in how Unicode spells them. Merge them.',
    ],
    [
      ['test/a/1', 'test/b/1'],
      '/data: expected a folder train/ beside test, got none. ' +
        'Name the folder of training pictures train.',
    ],
    [
      ['train/a/1', 'train/b/1', 'val/a/1', 'valid/a/1'],
      '/data: expected one folder for validation, got several among train, val, valid.',
    ],
    [
      ['train/1.png'],
      '/data: expected pictures in train/<class>/ and test/<class>/, ' +
        'got a folder without class folders.',
    ],
  ])('refuses %j', (paths, message) => {
    expect(() => read(...paths)).toThrow(new DataError(message));
  });
});
