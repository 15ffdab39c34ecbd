import { DataError } from '@ocelli/torch';
import { byCodePoint } from './codePointOrder.ts';
import type { FileSource, Listing } from './fileSource.ts';
import type { LabelledFile, SplitName } from './folderTree.ts';
import { join, nameOf, parentOf } from './treePath.ts';

/** Tiny-ImageNet in its official form: pictures that are decoded like those of folders. */
export interface TinyImageNetLayout {
  readonly kind: 'tiny-imagenet';
  readonly classes: readonly string[];
  readonly splits: ReadonlyMap<SplitName, readonly LabelledFile[]>;
}

/**
 * Finds Tiny-ImageNet: `wnids.txt` names the classes, `words.txt` what they are called,
 * `train/<class>/images/*` are the training pictures, and `val/val_annotations.txt` gives the class of
 * each of `val/images/*`. The pictures of its test part have no labels and are left out.
 *
 * Classes come in the order of their WordNet numbers and are called by the first word; where two have
 * the same, the number follows.
 *
 * @throws {DataError} if a class has no training picture, or a picture to validate on has no class.
 * @see http://cs231n.stanford.edu/tiny-imagenet-200.zip
 */
export async function tinyImageNetLayout(
  source: FileSource,
  listing: Listing,
): Promise<TinyImageNetLayout | undefined> {
  const paths = listing.files.map(({ path }) => path);
  const there = new Set(paths);
  const list = paths.find(
    (path) =>
      nameOf(path) === 'wnids.txt' && there.has(join(parentOf(path), 'val/val_annotations.txt')),
  );
  if (list === undefined) return undefined;
  const root = parentOf(list);
  const named = [list, join(root, 'val/val_annotations.txt'), join(root, 'words.txt')];
  const [wnids = [], annotations = [], words = []] = await linesOf(
    source,
    named.filter((path) => there.has(path)),
  );
  const numbers = wnids.map((line) => line.trim()).sort(byCodePoint);
  const labels = new Map(numbers.map((number, label) => [number, label]));
  const splits = new Map<SplitName, readonly LabelledFile[]>([
    ['train', trainingFiles(source, paths, { root, labels })],
    ['validation', heldFiles(source, annotations, { root, labels, there })],
  ]);
  return { kind: 'tiny-imagenet', classes: classNames(numbers, words), splits };
}

async function linesOf(source: FileSource, paths: readonly string[]): Promise<string[][]> {
  const files: string[][] = [];
  await source.readEach(paths, async (bytes, index) => {
    files[index] = bytes
      .toString('utf8')
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '');
  });
  return files;
}

interface Numbered {
  readonly root: string;
  readonly labels: ReadonlyMap<string, number>;
}

function trainingFiles(
  source: FileSource,
  paths: readonly string[],
  { root, labels }: Numbered,
): LabelledFile[] {
  const start = join(root, 'train/');
  const files = paths
    .filter((path) => path.startsWith(start) && /\/images\/[^/]+$/.test(path))
    .flatMap((path) => {
      const label = labels.get(path.slice(start.length).split('/')[0] ?? '');
      return label === undefined ? [] : [{ path, label }];
    })
    .sort((a, b) => a.label - b.label || byCodePoint(a.path, b.path));
  const seen = new Set(files.map(({ label }) => label));
  for (const [number, label] of labels) {
    if (seen.has(label)) continue;
    throw new DataError(
      `${source.path}: expected pictures of every class of Tiny-ImageNet, got none in ` +
        `${start}${number}/images. Unpack the archive again.`,
    );
  }
  return files;
}

function heldFiles(
  source: FileSource,
  annotations: readonly string[],
  { root, labels, there }: Numbered & { readonly there: ReadonlySet<string> },
): LabelledFile[] {
  return annotations.map((line) => {
    const [name = '', number = ''] = line.split('\t');
    const path = join(root, `val/images/${name}`);
    const label = labels.get(number.trim());
    if (label !== undefined && there.has(path)) return { path, label };
    const got = label === undefined ? `the class "${number}"` : 'no such file';
    throw new DataError(
      `${source.path}: expected val_annotations.txt to give pictures and classes of Tiny-ImageNet, ` +
        `got ${got} for ${path}. Unpack the archive again.`,
    );
  });
}

function classNames(numbers: readonly string[], words: readonly string[]): string[] {
  const known = new Map(
    words.map((line) => {
      const [number = '', names = ''] = line.split('\t');
      return [number.trim(), names.split(',')[0]?.trim() ?? ''] as const;
    }),
  );
  const names = numbers.map((number) => known.get(number) || number);
  return names.map((name, label) => {
    const isAlone = names.filter((other) => other === name).length === 1;
    return isAlone ? name : `${name} ${numbers[label]}`;
  });
}
