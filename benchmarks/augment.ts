// How long augmentation takes: CIFAR's policy over 50,000 pictures, and a full policy at 100 pixels.
import { Generator, randint, scope, type Tensor } from '@ocelli/torch';
import { compose, createTransforms } from 'ocelli';
import {
  type Benchmark,
  type BenchmarkOptions,
  type Figure,
  median,
  secondsOf,
} from './benchmark.ts';

export const augment: Benchmark = {
  name: 'augment',
  measures: 'crop after padding, flip and cutout over 50,000 pictures of 32x32 bytes',
  run: measure,
};

const cifar = [{ randomCrop: { size: 32, padding: 4 } }, { flip: {} }, { cutout: { size: 8 } }];

/** Pictures of persons moved, recoloured, partly erased and normalized. */
export const fullPolicy = [
  { flip: {} },
  { rotate: { degrees: 10 } },
  { zoom: { factor: 0.2 } },
  { shift: { width: 0.1, height: 0.1 } },
  { colorJitter: { brightness: 0.2, contrast: 0.2, saturation: 0.2 } },
  { randomErase: {} },
  { normalize: { mean: [125, 123, 114], std: [63, 62, 67] } },
];

function measure({ batchSize = 512, quick, note }: BenchmarkOptions): Figure {
  const pictures = quick ? 5_000 : 50_000;
  const batches = Math.ceil(pictures / batchSize);
  const epoch = { count: batchSize, side: 32, batches, repeats: quick ? 1 : 5 };
  const large = { count: 64, side: 100, batches: 1, repeats: quick ? 2 : 7 };
  const milliseconds = 1000 * secondsFor(fullPolicy, large);
  note(`${milliseconds.toFixed(1)} ms for a batch of 64 at 100 px through the full policy`);
  const value = secondsFor(cifar, epoch);
  return { value, unit: `s for ${batches * batchSize} pictures`, better: 'lower' };
}

interface Load {
  readonly count: number;
  readonly side: number;
  readonly batches: number;
  readonly repeats: number;
}

/** Seconds of the median repeat, each of so many batches. */
function secondsFor(policy: readonly object[], { count, side, batches, repeats }: Load): number {
  const transform = compose(createTransforms(policy));
  const images = noiseBytes(count, side);
  const generator = new Generator({ seed: 0 });
  const pass = (): void => {
    for (let batch = 0; batch < batches; batch++) {
      scope(() => void transform.apply(images, { generator }));
    }
  };
  return median(Array.from({ length: repeats + 2 }, () => secondsOf(pass)).slice(2));
}

/** Pictures as they lie in the cache: uint8 `(count, 3, side, side)`, `channels_last`. */
export function noiseBytes(count: number, side: number): Tensor {
  const pixels = randint({ high: 256, shape: [count, side, side, 3], dtype: 'uint8' });
  return pixels.permute([0, 3, 1, 2]);
}
