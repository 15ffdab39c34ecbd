import { aten, conv2d, eye, manualSeed, randn, type Tensor } from '@ocelli/torch';
import { beforeEach, expect, test } from 'vitest';
import { whiteningFilters } from './whitening.ts';

beforeEach(() => manualSeed(3));

/** Pictures whose neighbouring pixels and channels are alike, as in photographs. */
function alikePictures(): Tensor {
  const noise = randn([40, 3, 17, 17], { dtype: 'float64' });
  const smooth = aten.avg_pool2d(noise, [3, 3], [1, 1], [1, 1]).mul(3);
  return smooth.add(smooth.mean([1], { keepdim: true }));
}

/** Second moments of the filters' answers, over all pictures and places. */
function moments(filters: Tensor, images: Tensor): Tensor {
  const answers = conv2d(images, filters).transpose(0, 1).flatten(1);
  return answers.mm(answers.t()).div(answers.shape[1] ?? 0);
}

test('answers of the first half of the filters are uncorrelated and equally strong', () => {
  const images = alikePictures();
  const half = whiteningFilters(images, { eps: 0 }).narrow(0, 0, 12);
  const error = moments(half, images).sub(eye(12, { dtype: 'float64' }));
  expect(error.abs().max().item()).toBeLessThan(1e-9);
});

test('eps keeps the answers to weak directions small: λ / (λ + eps), strongest first', () => {
  const images = alikePictures();
  const plain = moments(whiteningFilters(images, { eps: 0.05 }), images);
  const strengths = aten.diagonal(plain).narrow(0, 0, 12).toArray() as number[];
  expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
  expect(strengths[0]).toBeGreaterThan(0.9);
  expect(strengths[11]).toBeLessThan(0.9);
});

test('the second half of the filters are the negatives of the first', () => {
  const filters = whiteningFilters(alikePictures());
  expect(filters.shape).toEqual([24, 3, 2, 2]);
  expect(filters.narrow(0, 12, 12).neg().toArray()).toEqual(filters.narrow(0, 0, 12).toArray());
});

test('patches may have another size', () => {
  expect(whiteningFilters(alikePictures(), { kernelSize: 3 }).shape).toEqual([54, 3, 3, 3]);
});

test('too few patches are refused', () => {
  const tiny = alikePictures().narrow(0, 0, 1).narrow(2, 0, 3).narrow(3, 0, 3);
  expect(() => whiteningFilters(tiny)).toThrow(
    'whiteningFilters: expected images to be of 12 patches or more, got 4.',
  );
});
