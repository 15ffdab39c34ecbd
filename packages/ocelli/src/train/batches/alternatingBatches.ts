import { fromTypedArray, Generator, optionError, scope, type Tensor } from '@ocelli/torch';
import { AlternatingEpochs } from '../../augment/alternatingEpochs.ts';
import { compose } from '../../augment/compose.ts';
import type { Transform } from '../../augment/transform.ts';
import type { ImageDataset } from '../../data/imageDataset.ts';
import { mixSeed } from '../../data/randomOrder.ts';
import type { BatchOptions } from './pictureBatches.ts';
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
 * @throws {OptionError} if a batch is larger than the data set.
 */
export function alternatingBatches(
  dataset: ImageDataset,
  options: AlternatingBatchesOptions,
): TrainingData {
  const { batchSize, seed, device = 'cpu', transforms, translate } = options;
  const stepsPerEpoch = dataset.batchCount({ batchSize, dropLast: true });
  if (stepsPerEpoch === 0) {
    const rule = `at most the number of pictures (${dataset.length})`;
    throw optionError('alternatingBatches', 'batchSize', rule, batchSize);
  }
  const transform = compose(transforms);
  const generator = new Generator({ device }).manualSeed(mixSeed(seed));
  const pictures = scope(() => dataset.images.to({ device }).keep());
  const epochs = new AlternatingEpochs(pictures, { translate, generator });
  const labels = labelsOf(dataset).to({ device }).keep();
  return {
    batchSize,
    stepsPerEpoch,
    sampleCount: dataset.length,
    nameOf: (index) => dataset.nameOf(index),
    *batches(epoch, firstStep) {
      const images = epochs.at(epoch - 1, generator.manualSeed(mixSeed(seed, epoch)));
      const order = dataset.order({ shuffle: true, seed, epoch: epoch - 1 });
      const places = scope(() => fromTypedArray(order, [order.length]).to({ device }).keep());
      try {
        for (let step = firstStep; step < stepsPerEpoch; step++) {
          generator.manualSeed(mixSeed(seed, epoch, step));
          const start = step * batchSize;
          const rows = places.narrow(0, start, batchSize);
          const batch = chosen({ images, labels, rows }, transform, generator);
          rows.dispose();
          yield { ...batch, indices: order.slice(start, start + batchSize) };
        }
      } finally {
        images.dispose();
        places.dispose();
      }
    },
  };
}

/** All pictures and labels, and which of them are wanted. */
interface Choice {
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly rows: Tensor;
}

/** The pictures and labels in `rows`, the pictures transformed. */
function chosen(
  { images, labels, rows }: Choice,
  transform: Transform,
  generator: Generator,
): Pick<Batch, 'images' | 'labels'> {
  return scope(() => {
    // Along the axes as they lie in memory: libtorch's gather would lay the channels apart.
    const picked = images.permute([0, 2, 3, 1]).indexSelect(0, rows).permute([0, 3, 1, 2]);
    return {
      images: transform.apply(picked, { generator }),
      labels: labels.indexSelect(0, rows),
    };
  });
}

function labelsOf({ labels }: ImageDataset): Tensor {
  return fromTypedArray(BigInt64Array.from(labels, BigInt), [labels.length]);
}
