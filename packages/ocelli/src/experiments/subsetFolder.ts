import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { optionError, scope } from '@ocelli/torch';
import sharp from 'sharp';
import { bytesOfImages } from '../data/imageBytes.ts';
import { headsOf } from '../data/labelNames.ts';
import type { PictureDataset } from '../data/pictureDataset.ts';
import { permutation } from '../data/randomOrder.ts';
import { csvLine } from '../data/csvLine.ts';
import { defaultValidationShare } from '../train/experiment/settings.ts';

export interface SubsetOptions {
  /** How many pictures, those held back among them. */
  readonly count: number;
  readonly seed: number;
}

/** The table of a subset with attributes, in its folder. */
export const subsetTable = 'labels.csv';

/** Settings by which the subset is opened. */
export type SubsetSource = { readonly data: string } | { readonly table: string };

/**
 * Writes a part of a data set as files of its own, so that all candidates see the same pictures in the
 * same split, whatever program they are. One label a picture: class folders `train` and `test`, the
 * classes in proportion, 15 % held back. Attributes: `labels.csv` beside the pictures.
 *
 * @param folder a new one.
 * @throws {OptionError} if there are fewer pictures than asked for, or fewer than two a class.
 */
export async function writeSubset(
  pictures: PictureDataset,
  folder: string,
  { count, seed }: SubsetOptions,
): Promise<void> {
  if (count > pictures.length) {
    throw optionError(
      'subset',
      'count',
      `at most ${pictures.length}, the pictures there are`,
      count,
    );
  }
  const order = permutation(seed, 0, pictures.length);
  const isTable = 'attributes' in pictures.labelNames;
  if (isTable) await writeTable(pictures, folder, order.slice(0, count));
  else await writeFolders(pictures, folder, { order, count });
}

async function writeTable(
  pictures: PictureDataset,
  folder: string,
  chosen: Int32Array,
): Promise<void> {
  const heads = headsOf(pictures.labelNames);
  const lines = [csvLine(['image', ...heads.map(({ attribute = '' }) => attribute)])];
  mkdirSync(folder, { recursive: true });
  for (const [number, index] of chosen.entries()) {
    const name = `${number}.png`;
    await writePicture(pictures, index, join(folder, name));
    const labels = heads.map(({ classes }, column) => {
      return classes[pictures.labels[index * heads.length + column] ?? -1] ?? '';
    });
    lines.push(csvLine([name, ...labels]));
  }
  writeFileSync(join(folder, subsetTable), lines.join(''));
}

async function writeFolders(
  pictures: PictureDataset,
  folder: string,
  { order, count }: { order: Int32Array; count: number },
): Promise<void> {
  const [{ classes }] = headsOf(pictures.labelNames) as [{ classes: readonly string[] }]; // one label
  for (const [label, name] of classes.entries()) {
    const own = order.filter((index) => pictures.labels[index] === label);
    const quota = Math.round((own.length * count) / pictures.length);
    if (quota < 2) {
      const rule = `enough for two pictures of each class (${name} has ${quota})`;
      throw optionError('subset', 'count', rule, count);
    }
    const held = Math.max(1, Math.round(defaultValidationShare * quota));
    for (const [number, index] of own.slice(0, quota).entries()) {
      const place = join(folder, number < held ? 'test' : 'train', name);
      mkdirSync(place, { recursive: true });
      await writePicture(pictures, index, join(place, `${number}.png`));
    }
  }
}

async function writePicture(pictures: PictureDataset, index: number, path: string): Promise<void> {
  const { images, labels } = pictures.at(Int32Array.of(index));
  const [, height, width] = pictures.imageShape;
  try {
    const raw = { width, height, channels: 3 } as const;
    await sharp(
      scope(() => bytesOfImages(images)),
      { raw },
    )
      .png()
      .toFile(path);
  } finally {
    images.dispose();
    labels.dispose();
  }
}
