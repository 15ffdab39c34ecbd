import { type Device, type Generator, scope } from '@ocelli/torch';
import { augmentBatch } from '../../augment/augmentBatch.ts';
import type { Transform } from '../../augment/transform.ts';
import type { TransformCounts } from '../../augment/transformCounts.ts';
import type { AttributeSchema } from '../../data/attributeSchema.ts';
import type { LabelNames } from '../../data/labelNames.ts';
import type { Batch as PictureBatch } from '../../data/pictureDataset.ts';
import { sent } from './sent.ts';
import type { Batch } from './trainingData.ts';

/** How pictures become what the model sees. */
export interface Drawing {
  readonly transform: Transform;
  readonly device: Device;
  readonly generator: Generator;
  readonly epoch?: number;
  readonly onChanged?: TransformCounts['add'];
}

/** The pictures that `load` gives, moved to the device and transformed there. */
export function transformedBatch(
  load: () => PictureBatch,
  labelNames: LabelNames,
  drawing: Drawing,
): Batch {
  const { device, transform, ...context } = drawing;
  return scope(() => {
    const { indices, ...raw } = load();
    const given = { images: sent(raw.images, device), labels: sent(raw.labels, device) };
    const schema = schemaOf(labelNames);
    const { images, labels, mix } = augmentBatch(given, transform, { ...context, indices, schema });
    return { images, labels, indices, ...(mix && { mix }) };
  });
}

/** The attribute that the only label counts as, where a transform declares what it does to labels. */
export const onlyAttribute = 'class';

/** What the labels mean to a transform that changes them. */
export function schemaOf(names: LabelNames): AttributeSchema {
  return 'classes' in names ? { [onlyAttribute]: names.classes } : names.attributes;
}
