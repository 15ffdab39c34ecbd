import { readFileSync } from 'node:fs';
import { tensor } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { apply, copies, numbered, pictures } from '../../test/imageBatches.ts';
import { imagesFromBytes } from '../data/imageBytes.ts';
import { checkNormalization } from '../data/statistics.ts';
import { normalize } from './normalize.ts';

describe('normalize', () => {
  test('subtracts the mean and divides by the deviation of each channel', () => {
    const images = tensor([[[[10, 20]], [[30, 40]]]], { dtype: 'uint8' });
    const result = apply(normalize({ mean: [10, 20], std: [5, 40] }), images);
    expect(result.dtype).toBe('float32');
    expect(pictures(result)).toEqual([[[[0, 2]], [[0.25, 0.5]]]]);
  });

  test('wants one mean and deviation a channel', () => {
    const one = normalize({ mean: [1], std: [2] });
    expect(() => apply(one, copies(numbered(), 1))).toThrow(
      'normalize: expected mean to be one value for each of 3 channels, got [1].',
    );
    expect(() => normalize({ mean: [1], std: [1, 2] })).toThrow(
      'normalize: expected std to be as many values as mean (1), got [1,2].',
    );
    expect(() => normalize({ mean: [Number.NaN], std: [1] })).toThrow('expected mean to be finite');
    expect(() => normalize({ mean: [0], std: [0] })).toThrow(
      'normalize: expected std to be numbers above 0, got [0].',
    );
  });

  test('is that of torchvision and of albumentations, whose range has to be given right', () => {
    const path = new URL('../../test/fixtures/normalization.json', import.meta.url);
    const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture;
    const images = imagesFromBytes(Uint8Array.from(fixture.bytes), fixture);
    const [mean, std] = [fixture.mean, fixture.std].map((shares) => shares.map((s) => 255 * s));
    const ours = apply(normalize({ mean: mean ?? [], std: std ?? [] }), images);
    const furthest = (theirs: readonly number[]): number =>
      ours
        .flatten()
        .sub(tensor([...theirs]))
        .abs()
        .max()
        .item();
    expect(furthest(fixture.torchvision)).toBeLessThan(2e-5);
    expect(furthest(fixture.albumentations)).toBeLessThan(2e-5);
    // Told that white is 1, it takes 0 to 255 for 0 to 1. What a run says of its first batch shows it.
    expect(furthest(fixture.albumentationsWhite1)).toBeGreaterThan(200);
    const wrong = tensor(fixture.albumentationsWhite1).reshape([1, 3, 4, 5]);
    expect(checkNormalization(wrong).plausible).toBe(false);
  });
});

/** See fixtures/make_normalization.py. */
interface Fixture {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly height: number;
  readonly width: number;
  readonly bytes: readonly number[];
  readonly torchvision: readonly number[];
  readonly albumentations: readonly number[];
  readonly albumentationsWhite1: number[];
}
