import { AttributeDataset } from '../../data/attributeDataset.ts';
import { ImageDataset } from '../../data/imageDataset.ts';
import { headsOf, type LabelledHead } from '../../data/labelNames.ts';
import type { PictureDataset } from '../../data/pictureDataset.ts';

/** A head and how many pictures each of its classes has. */
export interface CountedHead extends LabelledHead {
  readonly counts: readonly number[];
}

/** The heads that a data set is told by, with the pictures of every class. */
export function countedHeads(dataset: PictureDataset): CountedHead[] {
  return headsOf(dataset.labelNames).map((head) => ({ ...head, counts: countsOf(dataset, head) }));
}

function countsOf(
  dataset: PictureDataset,
  { attribute, classes }: LabelledHead,
): readonly number[] {
  if (dataset instanceof ImageDataset) return dataset.classCounts();
  if (dataset instanceof AttributeDataset) return dataset.classCounts()[attribute ?? ''] ?? [];
  throw new Error(`internal: no labels for ${classes.join(', ')}`);
}
