import { type Device, Generator, OptionCheck, OptionError } from '@ocelli/torch';
import { compose } from '../../augment/compose.ts';
import { checkLabelEffects } from '../../augment/labelEffect.ts';
import type { Transform } from '../../augment/transform.ts';
import { TransformCounts } from '../../augment/transformCounts.ts';
import type { Batch as PictureBatch, PictureDataset } from '../../data/pictureDataset.ts';
import { mixSeed } from '../../data/randomOrder.ts';
import { schemaOf, transformedBatch } from './transformedBatch.ts';
import type { TrainingData } from './trainingData.ts';

/** Which pictures an epoch visits, how they are put together, and what becomes of them. */
export interface SampledBatchOptions {
  /** Applied in this order; the last result is what the model sees. */
  readonly transforms: readonly Transform[];
  /** Of data order and transforms. */
  readonly seed: number;
  /** Where transforms and model work. @default 'cpu' */
  readonly device?: Device;
  /** Pictures in a batch; to be given unless `batchSampler` is. */
  readonly batchSize?: number;
  /**
   * The pictures an epoch visits, by their positions, in order; some may come several times or not at all.
   * Called with the epoch, from 1; equally many in each.
   *
   * @default every picture once, in the order of `permutation(seed, epoch - 1, length)`
   */
  readonly sampler?: (epoch: number) => Int32Array;
  /** Leave a last, smaller batch out. @default false */
  readonly dropLast?: boolean;
  /** The batches of an epoch, instead of `batchSize`, `sampler` and `dropLast`; equally many in each epoch. */
  readonly batchSampler?: (epoch: number) => readonly Int32Array[];
  /**
   * How the pictures of a batch are put together, before they are transformed; it may bring its own.
   *
   * @default dataset.at(indices)
   */
  readonly collate?: (indices: Int32Array, dataset: PictureDataset) => PictureBatch;
}

/**
 * Transformed batches of the pictures that a sampler chooses. What a batch holds is a pure function of
 * (seed, epoch, step), as long as the functions given are, so that nothing has to be saved to go on in the
 * middle of an epoch.
 *
 * @throws {OptionError} if an option is unknown or out of its range, or one would have no effect beside
 *   `batchSampler`; while batches are drawn, if an epoch has more or fewer than the first.
 */
export function sampledBatches(
  dataset: PictureDataset,
  options: SampledBatchOptions,
): TrainingData {
  const { seed, transforms, device = 'cpu' } = options;
  const { collate = (indices) => dataset.at(indices) } = options;
  const batchesOf = planOf(dataset, options);
  const first = batchesOf(1);
  const transform = compose(transforms);
  checkLabelEffects(transforms, schemaOf(dataset.labelNames));
  const generator = new Generator({ device });
  const counts = new TransformCounts();
  return {
    batchSize: Math.max(...first.map(({ length }) => length)),
    stepsPerEpoch: first.length,
    sampleCount: first.reduce((sum, { length }) => sum + length, 0),
    nameOf: (index) => dataset.nameOf(index),
    transformCounts: () => counts.read(),
    *batches(epoch, firstStep) {
      counts.reset();
      const chosen = batchesOf(epoch);
      refuseOtherLength(epoch, chosen.length, first.length);
      for (const [step, indices] of chosen.entries()) {
        if (step < firstStep) continue;
        generator.manualSeed(mixSeed(seed, epoch, step));
        const drawing = { device, transform, generator, epoch, onChanged: counts.add };
        yield transformedBatch(() => collate(indices, dataset), dataset.labelNames, drawing);
      }
    },
  };
}

type BatchSampler = NonNullable<SampledBatchOptions['batchSampler']>;

function planOf(dataset: PictureDataset, options: SampledBatchOptions): BatchSampler {
  const check = new OptionCheck('sampledBatches');
  check.read(options, KEYS);
  const { batchSampler, batchSize, dropLast = false, seed } = options;
  if (batchSampler !== undefined) {
    for (const name of ['batchSize', 'sampler', 'dropLast'] as const) {
      if (options[name] === undefined) continue;
      throw check.error(name, 'left out beside batchSampler, which decides it', options[name]);
    }
    return batchSampler;
  }
  const size = check.integer('batchSize', batchSize ?? NaN, 1);
  const { sampler = (epoch) => dataset.order({ shuffle: true, seed, epoch: epoch - 1 }) } = options;
  const countOf = dropLast ? Math.floor : Math.ceil;
  return (epoch) => {
    const order = sampler(epoch);
    const count = countOf(order.length / size);
    if (count > 0) {
      return Array.from({ length: count }, (_, step) =>
        order.slice(step * size, (step + 1) * size),
      );
    }
    throw check.error('batchSize', `at most ${order.length}, the pictures of an epoch`, size);
  };
}

const KEYS = [
  'transforms',
  'seed',
  'device',
  'batchSize',
  'sampler',
  'dropLast',
  'batchSampler',
  'collate',
] as const;

function refuseOtherLength(epoch: number, got: number, expected: number): void {
  if (got === expected) return;
  throw new OptionError(
    `sampledBatches: expected every epoch to have ${expected} batches as the first, got ${got} in epoch ${epoch}.`,
  );
}
