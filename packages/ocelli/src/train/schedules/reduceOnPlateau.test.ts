import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ReduceOnPlateau } from './reduceOnPlateau.ts';

const path = new URL('../../../test/fixtures/schedules.json', import.meta.url);
const { plateau } = JSON.parse(readFileSync(path, 'utf8')) as {
  plateau: { figures: number[]; plain: number[]; cooldown: number[]; higher: number[] };
};

const ratesOf = (policy: ReduceOnPlateau, figures: readonly number[]) =>
  figures.map((figure) => {
    policy.observe(figure);
    return policy.lr;
  });

describe('a learning rate reduced on a plateau', () => {
  test.each([
    ['plain', { factor: 0.5, patience: 2, minDelta: 1e-3 }, 1],
    ['cooldown', { factor: 0.5, patience: 1, cooldown: 3, minDelta: 0.2, min: 0.06 }, 1],
    ['higher', { factor: 0.1, patience: 0, minDelta: 0.01, better: 'higher' }, -1],
  ] as const)("has PyTorch's values: %s", (name, options, sign) => {
    const policy = new ReduceOnPlateau({ lr: 0.4, ...options });
    const seen = ratesOf(
      policy,
      plateau.figures.map((figure) => sign * figure),
    );
    for (const [epoch, lr] of seen.entries())
      expect(lr).toBeCloseTo(plateau[name][epoch] ?? NaN, 12);
  });

  test('says when it reduces, and from what to what', () => {
    const policy = new ReduceOnPlateau({ lr: 1, factor: 0.5, patience: 0, min: 0.4 });
    expect(policy.observe(2)).toEqual({});
    expect(policy.observe(2)).toEqual({ reduced: { from: 1, to: 0.5 } });
    expect(policy.observe(2)).toEqual({ reduced: { from: 0.5, to: 0.4 } });
    expect(policy.observe(2)).toEqual({});
  });

  test('goes on from a stored state as if nothing had happened', () => {
    const options = { lr: 0.4, factor: 0.5, patience: 1, cooldown: 3, minDelta: 0.2 };
    const whole = ratesOf(new ReduceOnPlateau(options), plateau.figures);
    for (let cut = 1; cut < plateau.figures.length; cut++) {
      const first = new ReduceOnPlateau(options);
      ratesOf(first, plateau.figures.slice(0, cut));
      const second = new ReduceOnPlateau(options);
      second.load(JSON.parse(JSON.stringify(first.state)) as typeof first.state);
      expect(ratesOf(second, plateau.figures.slice(cut))).toEqual(whole.slice(cut));
    }
  });

  test('takes a figure that is not finite as no improvement', () => {
    const policy = new ReduceOnPlateau({ lr: 1, patience: 0, factor: 0.5 });
    expect(ratesOf(policy, [1, NaN, 0.5, Infinity])).toEqual([1, 0.5, 0.5, 0.25]);
  });

  test.each([
    [{ factor: 1 }, 'reduceOnPlateau: expected factor to be between 0 and 1, got 1.'],
    [{ min: 1 }, 'reduceOnPlateau: expected min to be from 0 to below lr (1), got 1.'],
    [{ patience: -1 }, 'reduceOnPlateau: expected patience to be an integer of 0 or more, got -1.'],
    [{ patients: 1 }, 'Did you mean "patience"?'],
  ])('%j is refused', (options, message) => {
    expect(() => new ReduceOnPlateau({ lr: 1, ...options })).toThrow(message);
  });
});
