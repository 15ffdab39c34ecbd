import { DataError } from '@ocelli/torch';
import { byCodePoint } from './codePointOrder.ts';
import type { FileSource, Listing } from './fileSource.ts';
import { join, nameOf, parentOf } from './treePath.ts';

/** A part of a data set. */
export type SplitName = 'train' | 'validation' | 'test';

/** One picture and the label its folder gives it. */
export interface LabelledFile {
  readonly path: string;
  readonly label: number;
}

/** Folder names that mean a split. */
export const SPLIT_FOLDERS: ReadonlyMap<string, SplitName> = new Map<string, SplitName>([
  ['train', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
]);

const PICTURE_NAME = /\.(jpe?g|png|webp|gif)$/i;

/** A listing indexed by folder. */
export class FolderTree {
  readonly #source: FileSource;
  readonly #children = new Map<string, string[]>();
  readonly #files = new Map<string, string[]>();

  constructor(source: FileSource, listing: Listing) {
    this.#source = source;
    for (const folder of listing.folders) push(this.#children, parentOf(folder), nameOf(folder));
    for (const file of listing.files) push(this.#files, parentOf(file.path), file.path);
  }

  children(folder: string): readonly string[] {
    return this.#children.get(folder) ?? [];
  }

  /** The folder that holds the splits or classes: the root, or the one folder it consists of. */
  dataRoot(): string {
    let root = '';
    for (;;) {
      const [only, ...others] = this.children(root);
      if (only === undefined && root === '') throw this.#noPictures();
      const isWrapper = only !== undefined && others.length === 0 && !SPLIT_FOLDERS.has(only);
      if (!isWrapper || this.children(join(root, only)).length === 0) return root;
      root = join(root, only);
    }
  }

  /** Labels by class name, and the folder of each. */
  classesOf(folder: string): ReadonlyMap<string, number> {
    const names = this.children(folder).map((name) => name.normalize('NFC'));
    const twin = names.find((name, i) => names.indexOf(name) !== i);
    if (twin !== undefined) {
      throw new DataError(
        `${this.#place(folder)}: expected one folder for each class, got two named "${twin}" ` +
          'that differ only in how Unicode spells them. Merge them.',
      );
    }
    if (names.length === 0) throw this.#noPictures();
    if (names.length === 1) {
      throw new DataError(
        `${this.#place(folder)}: expected a folder for each of at least two classes, ` +
          `got only "${names[0]}".`,
      );
    }
    return new Map(names.sort(byCodePoint).map((name, label) => [name, label]));
  }

  labelled(folder: string, classes: ReadonlyMap<string, number>): LabelledFile[] {
    this.#refuseLoosePictures(folder);
    const byLabel = this.children(folder).map((name) => {
      const label = classes.get(name.normalize('NFC'));
      if (label === undefined) throw this.#unknownClass(folder, name);
      return { label, name, paths: this.#below(join(folder, name)).sort(byCodePoint) };
    });
    const empty = byLabel.filter(({ paths }) => paths.length === 0).map(({ name }) => name);
    if (empty.length > 0) throw this.#emptyClasses(folder, empty);
    return byLabel
      .sort((a, b) => a.label - b.label)
      .flatMap(({ label, paths }) => paths.map((path) => ({ path, label })));
  }

  /** All files below a folder, however deep. */
  #below(folder: string): string[] {
    const nested = this.children(folder).flatMap((name) => this.#below(join(folder, name)));
    return [...(this.#files.get(folder) ?? []), ...nested];
  }

  #refuseLoosePictures(folder: string): void {
    const loose = (this.#files.get(folder) ?? []).find((path) => PICTURE_NAME.test(path));
    if (loose === undefined) return;
    throw new DataError(
      `${this.#place(loose)}: expected a picture inside a class folder, got one beside the class ` +
        'folders. Move it into the folder of its class.',
    );
  }

  #noPictures(): DataError {
    return new DataError(
      `${this.#source.path}: expected pictures in train/<class>/ and test/<class>/, ` +
        `got ${this.#source.kind === 'folder' ? 'a folder' : 'an archive'} without class folders.`,
    );
  }

  #emptyClasses(folder: string, names: readonly string[]): DataError {
    const shown = names.slice(0, 10).join(', ');
    const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
    return new DataError(
      `${this.#place(folder)}: expected pictures in every class folder, ` +
        `got none in ${shown}${more}. Add pictures or delete the folder.`,
    );
  }

  #unknownClass(folder: string, name: string): DataError {
    return new DataError(
      `${this.#place(join(folder, name))}: expected a class that train has too, got "${name}". ` +
        'Rename the folder or add the class to train.',
    );
  }

  #place(path: string): string {
    return path === '' ? this.#source.path : `${this.#source.path}/${path}`;
  }
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
