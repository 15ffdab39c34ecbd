import { fromTypedArray, liveTensorCount, tensor } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { storedConstants } from './constants.ts';
import { ImageDataset } from './imageDataset.ts';
import { channelStatistics, checkNormalization } from './statistics.ts';

function dataSet(pixels: Uint8Array, count: number): ImageDataset {
  return new ImageDataset({
    pixels: fromTypedArray(pixels, [count, 1, pixels.length / count / 3, 3]),
    labels: new Array<number>(count).fill(0),
    classes: ['a'],
    nameOf: String,
  });
}

describe('channelStatistics', () => {
  test('pools the pixels of all pictures, channel by channel', () => {
    // Red 0, 255, 0, 255; green 10 everywhere; blue 1, 2, 3, 6: mean 3, variance (4+1+0+9)/4.
    const pixels = Uint8Array.of(0, 10, 1, 255, 10, 2, 0, 10, 3, 255, 10, 6);
    const { mean, std } = channelStatistics(dataSet(pixels, 2));
    expect(mean).toEqual([127.5, 10, 3]);
    expect(std[0]).toBe(127.5);
    expect(std[1]).toBe(0);
    expect(std[2]).toBeCloseTo(Math.sqrt(3.5), 12);
  });

  test('is exact over more than one chunk and frees what it uses', () => {
    const pixels = new Uint8Array(1300 * 12).map((_, i) => (i * 37) % 256);
    const dataset = dataSet(pixels, 1300);
    const before = liveTensorCount();
    const { mean } = channelStatistics(dataset);
    const reds = pixels.filter((_, i) => i % 3 === 0);
    expect(mean[0]).toBeCloseTo(reds.reduce((sum, red) => sum + red, 0) / reds.length, 12);
    expect(liveTensorCount()).toBe(before);
  });
});

describe('stored constants', () => {
  test('constants say their channel order and value range', () => {
    for (const { channelOrder, valueRange, mean, std } of Object.values(storedConstants)) {
      expect(channelOrder).toBe('RGB');
      expect(valueRange).toEqual([0, 255]);
      for (const value of [...mean, ...std]) expect(value).toBeGreaterThan(1);
    }
  });

  test.each([
    ['cifar10-image-deviations', [0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.201]],
    ['cifar100', [0.50708, 0.48655, 0.44092], [0.26733, 0.25644, 0.27615]],
    ['mnist', [0.1307, 0.1307, 0.1307], [0.3081, 0.3081, 0.3081]],
    ['tiny-imagenet', [0.4802, 0.4481, 0.3975], [0.2296, 0.2263, 0.2255]],
    ['imagenet', [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]],
  ] as const)('of %s are the published shares of white', (name, mean, std) => {
    const stored = storedConstants[name];
    for (const c of [0, 1, 2] as const) {
      expect(stored.mean[c] / 255).toBeCloseTo(mean[c], 4);
      expect(stored.std[c] / 255).toBeCloseTo(std[c], 4);
    }
  });

  test('of the persons agree, though one was published with its channels the other way about', () => {
    const { persons, 'persons-200': others } = storedConstants;
    for (const c of [0, 1, 2] as const) {
      expect(Math.abs(persons.mean[c] - others.mean[c])).toBeLessThan(0.2);
      expect(Math.abs(persons.std[c] - others.std[c])).toBeLessThan(0.8);
    }
    expect(persons.mean[0]).toBeGreaterThan(persons.mean[2] + 5); // red comes first
  });
});

describe('checkNormalization', () => {
  const images = (red: number[]) => tensor([[[red], [[-1, 1, -1, 1]], [[-1, 1, -1, 1]]]]);

  test('returns mean and deviation of every channel', () => {
    const check = checkNormalization(images([0.5, -0.5, 1.5, -1.5]));
    expect(check.mean).toEqual([0, 0, 0]);
    expect(check.std[0]).toBeCloseTo(Math.sqrt((0.25 + 0.25 + 2.25 + 2.25) / 4), 6);
    expect(check.plausible).toBe(true);
  });

  test.each([
    ['raw bytes', [0, 255, 128, 64]],
    ['values 255 times too small', [0.001, -0.002, 0.003, -0.001]],
    ['a shifted channel', [0.1, 2.1, 0.1, 2.1]],
  ])('finds %s implausible', (_, red) => {
    expect(checkNormalization(images(red)).plausible).toBe(false);
  });
});
