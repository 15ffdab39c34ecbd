import { describe, expect, test } from 'vitest';

import { bernoulli, full, rand, randint, randn, randperm } from './create.ts';
import { Generator, getRandomState, manualSeed, setRandomState } from './random.ts';

test('a seed gives the numbers that PyTorch gives', () => {
  manualSeed(0); // torch.manual_seed(0); torch.randn(3)
  const numbers = randn([3]).toArray() as number[];
  expect(numbers.map((value) => value.toFixed(4))).toEqual(['1.5410', '-0.2934', '-2.1788']);
});

test('a state read and restored gives the same numbers again', () => {
  const state = getRandomState();
  const first = rand([5]).toArray();
  expect(rand([5]).toArray()).not.toEqual(first);
  setRandomState(state);
  expect(rand([5]).toArray()).toEqual(first);
});

describe('Generator', () => {
  test('is a stream of its own', () => {
    const generator = new Generator({ seed: 1 });
    manualSeed(7);
    const alone = rand([4]).toArray();
    manualSeed(7);
    rand([100], { generator });
    expect(rand([4]).toArray()).toEqual(alone);
  });

  test('starts where its seed says, and again with manualSeed', () => {
    const generator = new Generator({ seed: 2n ** 63n });
    expect(generator.seed).toBe(2n ** 63n);
    const first = randperm(20, { generator }).toArray();
    expect(randperm(20, { generator }).toArray()).not.toEqual(first);
    generator.manualSeed(2n ** 63n);
    expect(randperm(20, { generator }).toArray()).toEqual(first);
    expect(new Generator({ seed: 3 }).seed).toBe(3n);
  });

  test('has a state that can be read and restored', () => {
    const generator = new Generator();
    rand([3], { generator });
    const state = generator.getState();
    expect(state.dtype).toBe('uint8');
    const next = randn([3], { generator }).toArray();
    generator.setState(state);
    expect(randn([3], { generator }).toArray()).toEqual(next);
  });

  test('without a seed starts where PyTorch starts', () => {
    expect(new Generator().seed).toBe(67280421310721n);
    expect(new Generator().device).toBe('cpu');
  });

  test('refuses seeds and devices that do not exist', () => {
    const rule = 'expected seed to be an integer from 0 to 2^64 - 1';
    expect(() => new Generator({ seed: -1 })).toThrow(`Generator: ${rule}, got -1.`);
    expect(() => manualSeed(1.5)).toThrow(`manualSeed: ${rule}, got 1.5.`);
    expect(() => manualSeed(2n ** 64n)).toThrow(`${rule}, got 18446744073709551616n.`);
    expect(() => new Generator({ device: 'gpu' })).toThrow(
      'expected device to be cpu, cuda or cuda:N',
    );
  });
});

test('draws stay in their ranges', () => {
  const integers = randint({ low: 3, high: 6, shape: [1000] }).toArray() as number[];
  expect([...new Set(integers)].sort()).toEqual([3, 4, 5]);
  const coins = bernoulli(full([10_000], 0.25), { generator: new Generator({ seed: 0 }) });
  // Four standard deviations of a mean of 10,000 draws.
  expect(Math.abs(coins.mean().item() - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 10_000));
  expect(() => randint({ low: 3, high: 3, shape: [1] })).toThrow(
    'randint: expected high to be above low (3), got 3.',
  );
});
