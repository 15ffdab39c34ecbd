import { describe, expect, test } from 'vitest';
import { smallTable } from '../../../test/smallTable.ts';
import { balancedOrder, balanceWeights } from './balancedOrder.ts';
import { attributeCounts } from '../attributeCounts.ts';
import { classWeights } from './classWeights.ts';
import { logPriors } from './logPriors.ts';

const counts = { name: 'mood', classes: ['Happy', 'Sad', 'Angry'], counts: [90, 10, 0] };

describe('class weights', () => {
  test('are inverse to the frequency, with mean 1 over labelled rows', () => {
    // 100 rows, two classes that occur: 100 / (2 · 90) and 100 / (2 · 10).
    const [happy, sad, angry] = classWeights(counts, { kind: 'inverse' });
    expect(happy).toBeCloseTo(0.5556, 4);
    expect([sad, angry]).toEqual([5, 0]);
  });

  test('follow the effective number of Cui et al.', () => {
    // β = 0.9: (1 − 0.9) / (1 − 0.9^90) = 0.1000076, (1 − 0.9) / (1 − 0.9^10) = 0.1535339;
    // Σ n·w = 9.000684 + 1.535339 = 10.536023; times 100 / that: 0.949197 and 1.457228.
    const [happy, sad] = classWeights(counts, { kind: 'effective', beta: 0.9 });
    expect(happy).toBeCloseTo(0.949197, 5);
    expect(sad).toBeCloseTo(1.457228, 5);
    expect(classWeights(counts, { kind: 'effective', beta: 0 })).toEqual([1, 1, 0]);
    expect(classWeights(counts, { kind: 'effective' })[1]).toBeCloseTo(
      classWeights(counts, { kind: 'effective', beta: 0.999 })[1] ?? 0,
      10,
    );
  });

  test('can be given', () => {
    expect(classWeights(counts, { kind: 'given', weights: { Sad: 3 } })).toEqual([1, 3, 1]);
  });

  test('refuse what makes no sense', () => {
    expect(() => classWeights(counts, { kind: 'effective', beta: 1 })).toThrow(
      'classWeights of mood: expected beta to be below 1, got 1.',
    );
    expect(() => classWeights(counts, { kind: 'given', weights: { Sda: 3 } })).toThrow(
      'classWeights of mood: expected weights to be one of Happy, Sad, Angry, got "Sda". Did you mean "Sad"?',
    );
    expect(() => classWeights(counts, { kind: 'given', weights: { Sad: -1 } })).toThrow(
      'classWeights of mood: expected Sad to be a number of at least 0, got -1.',
    );
  });
});

test('log priors are logarithms of the shares, finite for a class without rows', () => {
  expect(logPriors([3, 1])).toEqual([Math.log(0.75), Math.log(0.25)]);
  expect(logPriors([99.5, 0])).toEqual([Math.log(0.995), Math.log(0.005)]);
});

describe('a sampler balanced over several attributes', () => {
  const schema = { pose: ['Back', 'Front'], mood: ['Happy', 'Neutral', 'Sad'] };
  const rows = Array.from({ length: 1200 }, (_, i) => [
    i % 6 === 0 ? 'Back' : 'Front',
    i % 100 === 3 ? null : i % 12 === 5 ? 'Sad' : i % 5 === 0 ? 'Happy' : 'Neutral',
  ]);
  const table = smallTable(schema, rows);
  const sharesOf = (order: Int32Array) =>
    attributeCounts(schema, table.labels, order).map(({ counts: all, labelled }) =>
      all.map((count) => count / labelled),
    );

  test('evens out the classes of all of them at once', () => {
    const order = balancedOrder(balanceWeights(table), 3, 0);
    expect(order.length).toBe(1200);
    for (const shares of sharesOf(order)) {
      for (const share of shares) expect(share).toBeCloseTo(1 / shares.length, 1);
    }
  });

  test('can leave attributes alone, and go part of the way', () => {
    const [pose = [], mood = []] = sharesOf(
      balancedOrder(balanceWeights(table, { attributes: ['pose'] }), 3, 0),
    );
    const [, before = []] = sharesOf(Int32Array.from(rows.keys()));
    expect(pose[0]).toBeCloseTo(0.5, 2);
    expect(Math.max(...mood)).toBeGreaterThan(0.6);
    const half = balanceWeights(table, { attributes: ['mood'], strength: 0.5 });
    const [, between = []] = sharesOf(balancedOrder(half, 3, 0));
    expect(between[2]).toBeGreaterThan((before[2] ?? 1) + 0.03);
    expect(between[2]).toBeLessThan(0.3);
    const none = balanceWeights(table, { strength: 0 });
    for (const weight of none) expect(weight).toBeCloseTo(1, 10);
  });

  test('repeats no row too often', () => {
    const weights = balanceWeights(table, { mostRepeats: 2 });
    expect(Math.max(...weights)).toBeLessThanOrEqual(2);
    const order = balancedOrder(weights, 0, 0);
    const times = new Map<number, number>();
    for (const row of order) times.set(row, (times.get(row) ?? 0) + 1);
    expect(Math.max(...times.values())).toBe(2);
    expect(Math.max(...balanceWeights(table))).toBeGreaterThan(2);
  });

  test('has an epoch as long as the data set where some rows may come no more often', () => {
    // Nine classes of one picture and one of 991: a tenth each would be 100 times a picture. At most 20
    // times each they are 180 of 1000, and 820 are left for the 991.
    const classes = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    const letters = Array.from({ length: 1000 }, (_, i) => [classes[Math.min(i, 9)] ?? '']);
    const rare = smallTable({ letter: classes }, letters);
    const weights = balanceWeights(rare);
    for (const [row, weight] of weights.entries()) {
      expect(weight).toBeCloseTo(row < 9 ? 20 : 820 / 991, 9);
    }
    const order = balancedOrder(weights, 0, 0);
    const [drawn] = attributeCounts({ letter: classes }, rare.labels, order);
    expect(drawn?.counts).toEqual([20, 20, 20, 20, 20, 20, 20, 20, 20, 820]);
    for (const weight of balanceWeights(rare, { mostRepeats: 1 })) expect(weight).toBeCloseTo(1, 9);
  });

  test('draws no row whose weight is 0', () => {
    // The one place of such an epoch lies beyond the sum of 0.6 in two epochs of five.
    for (let epoch = 0; epoch < 20; epoch++) {
      expect([...balancedOrder(Float64Array.of(0, 0.6), 0, epoch)]).toEqual([1]);
    }
  });

  test('has another order every epoch and seed, and the same one for the same', () => {
    const weights = balanceWeights(table);
    const order = (seed: number, epoch: number) => [...balancedOrder(weights, seed, epoch)];
    expect(order(1, 2)).toEqual(order(1, 2));
    expect(order(1, 2)).not.toEqual(order(1, 3));
    expect(order(1, 2)).not.toEqual(order(2, 2));
  });

  test('refuses what does not exist', () => {
    expect(() => balanceWeights(table, { attributes: ['poes'] })).toThrow('Did you mean "pose"?');
    expect(() => balanceWeights(table, { strength: 2 })).toThrow(
      'balanceWeights: expected strength to be a number from 0 to 1, got 2.',
    );
    expect(() => balanceWeights(table, { mostRepeats: 0 })).toThrow(
      'balanceWeights: expected mostRepeats to be a number of at least 1, got 0.',
    );
  });
});
