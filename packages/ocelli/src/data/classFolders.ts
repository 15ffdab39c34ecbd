import { DataError } from '@ocelli/torch';
import type { FileSource, Listing } from './fileSource.ts';
import { FolderTree, SPLIT_FOLDERS } from './folderTree.ts';
import type { LabelledFile, SplitName } from './folderTree.ts';
import { join } from './treePath.ts';

/** Pictures sorted into classes by folder. */
export interface ClassFolders {
  /** Sorted by code point; a label is a position in this list. */
  readonly classes: readonly string[];
  readonly splits: ReadonlyMap<SplitName, readonly LabelledFile[]>;
}

/**
 * Reads a tree as `train/<class>/*` and `test/<class>/*` (and `val/<class>/*`), or, without split
 * folders, as `<class>/*` of one split, `train`. A single folder around the tree is looked through.
 *
 * Classes are the folders of `train`, in code-point order, names in Unicode's composed form (NFC);
 * pictures come by class, then by path in code-point order.
 *
 * @throws {DataError} if there are no pictures, fewer than two classes, a class without pictures, a
 *   class that `train` lacks, or two names that differ only in Unicode form.
 */
export function classFolders(source: FileSource, listing: Listing): ClassFolders {
  const tree = new FolderTree(source, listing);
  const folders = splitFolders(source, tree);
  const train = folders.get('train');
  if (train === undefined) throw noTrain(source, [...folders.keys()]);
  const classes = tree.classesOf(train);
  const splits = new Map<SplitName, readonly LabelledFile[]>();
  for (const split of SPLIT_ORDER) {
    const folder = folders.get(split);
    if (folder !== undefined) splits.set(split, tree.labelled(folder, classes));
  }
  return { classes: [...classes.keys()], splits };
}

const SPLIT_ORDER: readonly SplitName[] = ['train', 'validation', 'test'];

/** The folder of each split; the root is `train` if there are no split folders. */
function splitFolders(source: FileSource, tree: FolderTree): Map<SplitName, string> {
  const root = tree.dataRoot();
  const folders = new Map<SplitName, string>();
  for (const name of tree.children(root)) {
    const split = SPLIT_FOLDERS.get(name);
    if (split === undefined) continue;
    if (folders.has(split)) throw twice(source, split, tree.children(root));
    folders.set(split, join(root, name));
  }
  return folders.size === 0 ? new Map([['train', root]]) : folders;
}

function noTrain(source: FileSource, found: readonly string[]): DataError {
  return new DataError(
    `${source.path}: expected a folder train/ beside ${found.join(', ')}, got none. ` +
      'Name the folder of training pictures train.',
  );
}

function twice(source: FileSource, split: SplitName, found: readonly string[]): DataError {
  return new DataError(
    `${source.path}: expected one folder for ${split}, got several among ${found.join(', ')}.`,
  );
}
