import { fromTypedArray, Generator, optionError, scope, type Tensor } from '@ocelli/torch';
import { AlternatingEpochs } from '../../augment/alternatingEpochs.ts';
import { augmentBatch } from '../../augment/augmentBatch.ts';
import { compose } from '../../augment/compose.ts';
import { checkLabelEffects } from '../../augment/labelEffect.ts';
import type { Transform } from '../../augment/transform.ts';
import { TransformCounts } from '../../augment/transformCounts.ts';
import type { ImageDataset } from '../../data/imageDataset.ts';
import { mixSeed } from '../../data/randomOrder.ts';
import type { BatchOptions } from './pictureBatches.ts';
import { schemaOf } from './transformedBatch.ts';
import type { Batch, TrainingData } from './trainingData.ts';

/** How batches with alternating flips are made. */
export interface AlternatingBatchesOptions extends BatchOptions {
  /** Farthest shift of a picture in each direction, in pixels. */
  readonly translate: number;
  readonly seed: number;
}

/**
 * Shuffled batches of pictures that are shifted anew and mirrored alternately in every epoch, then
 * transformed. The last, smaller batch of an epoch is left out.
 *
 * All pictures of an epoch are augmented at once, when its first batch is asked for.
 *
 * @throws {OptionError} if a batch is larger than the data set, or a transform declares an effect on a
 *   class that does not exist.
 */
export function alternatingBatches(
  dataset: ImageDataset,
  options: AlternatingBatchesOptions,
): TrainingData {
  const { batchSize, seed, device = 'cpu', transforms, translate } = options;
  const stepsPerEpoch = stepsOf(dataset, batchSize);
  const transform = compose(transforms);
  const schema = schemaOf(dataset.labelNames);
  checkLabelEffects(transforms, schema);
  const generator = new Generator({ device }).manualSeed(mixSeed(seed));
  const counts = new TransformCounts();
  const pictures = scope(() => dataset.images.to({ device }).keep());
  const epochs = new AlternatingEpochs(pictures, { translate, generator });
  const labels = labelsOf(dataset).to({ device }).keep();
  return {
    batchSize,
    stepsPerEpoch,
    sampleCount: stepsPerEpoch * batchSize,
    nameOf: (index) => dataset.nameOf(index),
    transformCounts: () => counts.read(),
    *batches(epoch, firstStep) {
      counts.reset();
      const images = epochs.at(epoch - 1, generator.manualSeed(mixSeed(seed, epoch)));
      const order = dataset.order({ shuffle: true, seed, epoch: epoch - 1 });
      const places = scope(() => fromTypedArray(order, [order.length]).to({ device }).keep());
      try {
        for (let step = firstStep; step < stepsPerEpoch; step++) {
          generator.manualSeed(mixSeed(seed, epoch, step));
          const start = step * batchSize;
          const rows = places.narrow(0, start, batchSize);
          const indices = order.slice(start, start + batchSize);
          const drawing = { schema, generator, epoch, indices, onChanged: counts.add };
          const batch = chosen({ images, labels, rows }, transform, drawing);
          rows.dispose();
          yield batch;
        }
      } finally {
        images.dispose();
        places.dispose();
      }
    },
  };
}

function stepsOf(dataset: ImageDataset, batchSize: number): number {
  const steps = dataset.batchCount({ batchSize, dropLast: true });
  if (steps > 0) return steps;
  const rule = `at most the number of pictures (${dataset.length})`;
  throw optionError('alternatingBatches', 'batchSize', rule, batchSize);
}

/** All pictures and labels, and which of them are wanted. */
interface Choice {
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly rows: Tensor;
}

/** What transforms draw from, and which pictures they see. */
type Drawing = Parameters<typeof augmentBatch>[2] & Pick<Batch, 'indices'>;

/** The pictures and labels in `rows`, transformed. */
function chosen({ images, labels, rows }: Choice, transform: Transform, drawing: Drawing): Batch {
  return scope(() => {
    // Along the axes as they lie in memory: libtorch's gather would lay the channels apart.
    const picked = images.permute([0, 2, 3, 1]).indexSelect(0, rows).permute([0, 3, 1, 2]);
    const given = { images: picked, labels: labels.indexSelect(0, rows) };
    return { ...augmentBatch(given, transform, drawing), indices: drawing.indices };
  });
}

function labelsOf({ labels }: ImageDataset): Tensor {
  return fromTypedArray(BigInt64Array.from(labels, BigInt), [labels.length]);
}
