// How long augmentation takes: CIFAR's policy over 50,000 pictures, and a full policy at 100 pixels.
import { Generator, randint, scope, type Tensor } from '@ocelli/torch';
import { compose, createTransforms, type Transform } from 'ocelli';
import { type Benchmark, type BenchmarkOptions, type Figure, median } from './benchmark.ts';

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
  const seconds = secondsFor(cifar, { count: batchSize, side: 32, repeats: quick ? 3 : 15 });
  const large = secondsFor(fullPolicy, { count: 64, side: 100, repeats: quick ? 2 : 7 });
  note(`${(1000 * large).toFixed(1)} ms for a batch of 64 at 100 px through the full policy`);
  return {
    value: (seconds * pictures) / batchSize,
    unit: `s for ${pictures} pictures`,
    better: 'lower',
  };
}

/** Seconds of the median batch. */
function secondsFor(
  policy: readonly object[],
  { count, side, repeats }: { count: number; side: number; repeats: number },
): number {
  const transform = compose(createTransforms(policy));
  const images = noiseBytes(count, side);
  const generator = new Generator({ seed: 0 });
  const times = Array.from({ length: repeats + 2 }, () => clocked(transform, images, generator));
  return median(times.slice(2));
}

/** Pictures as they lie in the cache: uint8 `(count, 3, side, side)`, `channels_last`. */
export function noiseBytes(count: number, side: number): Tensor {
  const pixels = randint({ high: 256, shape: [count, side, side, 3], dtype: 'uint8' });
  return pixels.permute([0, 3, 1, 2]);
}

function clocked(transform: Transform, images: Tensor, generator: Generator): number {
  const start = performance.now();
  scope(() => void transform.apply(images, { generator }));
  return (performance.now() - start) / 1000;
}
