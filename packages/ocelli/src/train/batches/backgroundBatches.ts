import { type Device, fromTypedArray, Generator, OptionCheck, type Tensor } from '@ocelli/torch';
import { compose } from '../../augment/compose.ts';
import { checkLabelEffects } from '../../augment/labelEffect.ts';
import type { Transform } from '../../augment/transform.ts';
import { TransformCounts } from '../../augment/transformCounts.ts';
import type { PictureSize } from '../../data/decodePicture.ts';
import { imagesFromBytes } from '../../data/imageBytes.ts';
import { headsOf, type LabelNames } from '../../data/labelNames.ts';
import { mixSeed, permutation } from '../../data/randomOrder.ts';
import { schemaOf, transformedBatch } from './transformedBatch.ts';
import type { TrainingData } from './trainingData.ts';
import { WorkerPool } from './workerPool.ts';

/** One picture as a module of the user loads it. */
export interface LoadedPicture {
  /** `height · width · 3` bytes, row by row, red green blue. */
  readonly pixels: Uint8Array;
  /** A position in the classes, or one for each attribute; −1 is a missing label. */
  readonly label: number | readonly number[];
}

/** Which pictures are loaded in the background, and how. */
export interface BackgroundOptions extends PictureSize {
  /**
   * A module that exports `load(index, epoch)`, which gives a {@link LoadedPicture} or a promise of one; it
   * may export `start(worker, startWith)`, which is awaited once in every worker. A function of index and
   * epoch alone makes runs repeatable.
   */
  readonly module: URL | string;
  /** Pictures there are: `index` is from 0 to below it. */
  readonly length: number;
  /** What the labels stand for. */
  readonly labelNames: LabelNames;
  readonly batchSize: number;
  /** Of data order and transforms. */
  readonly seed: number;
  /** Applied in this order; the last result is what the model sees. */
  readonly transforms: readonly Transform[];
  /** Where transforms and model work. @default 'cpu' */
  readonly device?: Device;
  /** Leave a last, smaller batch out. @default false */
  readonly dropLast?: boolean;
  /** Threads that load. @default 2 */
  readonly workers?: number;
  /** Batches that each worker is ahead of the training. @default 2 */
  readonly prefetch?: number;
  /** Seconds that a batch may take. @default 60 */
  readonly timeout?: number;
  /** Handed to `start` in every worker; anything that can be sent to one. */
  readonly startWith?: unknown;
}

/** Batches that are loaded in the background, until it is closed. */
export interface BackgroundData extends TrainingData {
  /** Ends the workers. A process ends without it too. */
  close(): Promise<void>;
}

/**
 * Shuffled, transformed batches of pictures that code of the user loads, on threads of its own, ahead of the
 * training. For pictures that are not files, or are made anew each time; those that are files are better
 * decoded once (`openPictures`, `openTable`).
 *
 * @throws {OptionError} if an option is unknown or out of its range, or a transform declares an effect on an
 *   attribute or class that does not exist.
 * @throws {DataError} while batches are drawn, if `load` fails, gives other pixels or labels than it should, or
 *   takes longer than `timeout`.
 */
export function backgroundBatches(options: BackgroundOptions): BackgroundData {
  const { length, batchSize, dropLast, workers, prefetch, timeout } = checked(options);
  const { module, startWith, labelNames, seed, transforms, device = 'cpu' } = options;
  const { height, width } = options;
  checkLabelEffects(transforms, schemaOf(labelNames));
  const pool = new WorkerPool({ module: String(module), workers, timeout, startWith });
  const stepsPerEpoch = (dropLast ? Math.floor : Math.ceil)(length / batchSize);
  const transform = compose(transforms);
  const generator = new Generator({ device });
  const counts = new TransformCounts();
  const bytes = height * width * 3;
  const classCounts = headsOf(labelNames).map(({ classes }) => classes.length);
  const attributes = 'attributes' in labelNames ? classCounts.length : null;
  return {
    batchSize,
    stepsPerEpoch,
    sampleCount: Math.min(length, stepsPerEpoch * batchSize),
    nameOf: (index) => `picture ${index}`,
    transformCounts: () => counts.read(),
    close: () => pool.close(),
    *batches(epoch, firstStep) {
      counts.reset();
      const order = permutation(seed, epoch - 1, length);
      const asked: { readonly id: number; readonly indices: Int32Array }[] = [];
      let next = firstStep;
      const ask = (): void => {
        const indices = order.slice(next * batchSize, (next + 1) * batchSize);
        asked.push({ id: pool.ask({ epoch, indices, bytes, classCounts }), indices });
        next++;
      };
      try {
        for (let step = firstStep; step < stepsPerEpoch; step++) {
          while (next < Math.min(stepsPerEpoch, step + 1 + workers * prefetch)) ask();
          const one = asked.shift();
          if (one === undefined) throw new Error('internal: no batch was asked for');
          const { pixels, labels } = pool.take(one.id);
          generator.manualSeed(mixSeed(seed, epoch, step));
          const drawing = { device, transform, generator, epoch, onChanged: counts.add };
          const load = () => ({
            images: imagesFromBytes(pixels, { height, width }),
            labels: labelTensor(labels, one.indices.length, attributes),
            indices: one.indices,
          });
          yield transformedBatch(load, labelNames, drawing);
        }
      } finally {
        for (const { id } of asked) pool.forget(id);
      }
    },
  };
}

function labelTensor(labels: readonly number[], count: number, attributes: number | null): Tensor {
  const codes = BigInt64Array.from(labels, BigInt);
  return fromTypedArray(codes, attributes === null ? [count] : [count, attributes]);
}

function checked(options: BackgroundOptions) {
  const check = new OptionCheck('backgroundBatches');
  check.read(options, KEYS);
  const { length, batchSize, dropLast = false, workers = 2, prefetch = 2, timeout = 60 } = options;
  check.integer('length', length, 1);
  check.integer('batchSize', batchSize, 1);
  if (check.flag('dropLast', dropLast) && batchSize > length) {
    throw check.error('batchSize', `at most ${length}, the pictures there are`, batchSize);
  }
  check.pair('size', [options.height, options.width], 1);
  return {
    length,
    batchSize: Math.min(batchSize, length),
    dropLast,
    workers: check.integer('workers', workers, 1),
    prefetch: check.integer('prefetch', prefetch, 0),
    timeout: check.positive('timeout', timeout),
  };
}

const KEYS = [
  'module',
  'length',
  'height',
  'width',
  'labelNames',
  'batchSize',
  'seed',
  'transforms',
  'device',
  'dropLast',
  'workers',
  'prefetch',
  'timeout',
  'startWith',
] as const;
