import { tensor } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { apply, copies, numbered, pictures } from '../../test/imageBatches.ts';
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
});
