import { fromTypedArray, liveTensorCount, tensor } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { CIFAR100_CONSTANTS, CIFAR10_CONSTANTS } from './constants.ts';
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

test('constants say their channel order and value range', () => {
  for (const constants of [CIFAR10_CONSTANTS, CIFAR100_CONSTANTS]) {
    expect(constants.channelOrder).toBe('RGB');
    expect(constants.valueRange).toEqual([0, 255]);
    for (const value of [...constants.mean, ...constants.std]) expect(value).toBeGreaterThan(1);
  }
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
