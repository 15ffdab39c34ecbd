import { fromTypedArray, Generator, optionError, scope, type Tensor } from '@ocelli/torch';
import { AlternatingEpochs } from '../augment/alternatingEpochs.ts';
import { compose } from '../augment/compose.ts';
import type { Transform } from '../augment/transform.ts';
import type { ImageDataset } from '../data/imageDataset.ts';
import { mixSeed } from '../data/randomOrder.ts';
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
      try {
        for (let step = firstStep; step < stepsPerEpoch; step++) {
          const indices = order.slice(step * batchSize, (step + 1) * batchSize);
          generator.manualSeed(mixSeed(seed, epoch, step));
          yield chosen({ images, labels, indices }, transform, generator);
        }
      } finally {
        images.dispose();
      }
    },
  };
}

/** The pictures and labels at `indices`, the pictures transformed. */
function chosen(all: Batch, transform: Transform, generator: Generator): Batch {
  const { images, labels, indices } = all;
  return scope(() => {
    const rows = fromTypedArray(Int32Array.from(indices), [indices.length]).to({
      device: images.device,
    });
    // Along the axes as they lie in memory: libtorch's gather would lay the channels apart.
    const picked = images.permute([0, 2, 3, 1]).indexSelect(0, rows).permute([0, 3, 1, 2]);
    return {
      images: transform.apply(picked, { generator }),
      labels: labels.indexSelect(0, rows),
      indices,
    };
  });
}

function labelsOf({ labels }: ImageDataset): Tensor {
  return fromTypedArray(BigInt64Array.from(labels, BigInt), [labels.length]);
}
