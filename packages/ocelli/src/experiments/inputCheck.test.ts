import { expect, test } from 'vitest';
import { noisePictures } from '../../test/tinyTraining.ts';
import { checkInput } from './inputCheck.ts';

/** Uniform noise from 0 to 255 has mean 127.5 and deviation 73.9. */
function check(mean: number, std: number, pixelRange: [number, number] | null = null) {
  const train = noisePictures(60);
  const constants = { mean: [mean, mean, mean], std: [std, std, std] };
  const sizes = { height: 8, width: 8, trainCount: 60, validationCount: 0 };
  const facts = { labelNames: train.labelNames, ...constants, ...sizes };
  return checkInput({ train, facts }, { seed: 0, pixelRange });
}

test('the right constants give mean 0 and deviation 1, and no warning', () => {
  const { line, warning } = check(127.5, 73.9) ?? {};
  expect(line).toMatch(
    /^first pictures, normalized: mean( -?0\.0\d){3}, deviation( (1\.0\d|0\.9\d)){3}$/,
  );
  expect(warning).toBeUndefined();
});

test('constants of another value range are warned about', () => {
  expect(check(0.5, 0.29)?.warning).toContain('expected about 0 and 1');
});

test('where a range was asked for, mean and deviation are what they are', () => {
  const { line, warning } = check(0, 255, [0, 1]) ?? {};
  expect(line).toMatch(
    /^first pictures, scaled to 0 to 1: mean( 0\.[45]\d){3}, deviation( 0\.(2|3)\d){3}$/,
  );
  expect(warning).toBeUndefined();
});
