import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mixSeed, permutation, splitMix64, Xoshiro128 } from './randomOrder.ts';

interface Case {
  seed: number;
  epoch: number;
  length: number;
  mixed: string;
  order: number[];
}
const fixture = new URL('../../test/fixtures/permutation.json', import.meta.url);
const cases = JSON.parse(fs.readFileSync(fixture, 'utf8')) as Case[];

test('SplitMix64 gives the published outputs for seed 1234567', () => {
  const outputs: bigint[] = [];
  for (let i = 0, state = 1234567n; i < 5; i++) {
    const step = splitMix64(state);
    outputs.push(step.value);
    state = step.state;
  }
  expect(outputs).toEqual([
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
    4593380528125082431n,
    16408922859458223821n,
  ]);
});

test('xoshiro128** gives the outputs of its authors’ C code for state 1, 2, 3, 4', () => {
  const random = new Xoshiro128([1, 2, 3, 4]);
  const outputs = Array.from({ length: 10 }, () => random.next());
  expect(outputs).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
    4258142804,
  ]);
});

describe('permutation', () => {
  test.each(cases)('is what Python computes for seed $seed, epoch $epoch', (expected) => {
    expect(mixSeed(expected.seed, expected.epoch)).toBe(BigInt(expected.mixed));
    const order = permutation(expected.seed, expected.epoch, expected.length);
    expect([...order]).toEqual(expected.order);
  });

  test('holds every index once', () => {
    const order = permutation(3, 2, 50_000);
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(50_000).keys()]);
  });

  test('puts every element at every place equally often', () => {
    const trials = 6000;
    const counts = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
    for (let epoch = 0; epoch < trials; epoch++) {
      permutation(1, epoch, 6).forEach((element, place) => {
        const row = counts[element];
        if (row) row[place] = (row[place] ?? 0) + 1;
      });
    }
    // Each count is binomial(6000, 1/6): mean 1000, deviation 28.9; five deviations are allowed.
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(145);
  });

  test('of no pictures is empty', () => {
    expect(permutation(0, 0, 0)).toHaveLength(0);
  });

  test('refuses a seed that is no whole number', () => {
    expect(() => permutation(0.5, 0, 3)).toThrow(
      'permutation: expected seed part 0 to be a whole number from 0 to 9007199254740991, got 0.5.',
    );
  });
});
