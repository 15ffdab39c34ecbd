import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Adam,
  Conv2d,
  Dropout,
  getRandomState,
  liveTensorCount,
  manualSeed,
  SGD,
} from '@ocelli/torch';
import { afterAll, describe, expect, test } from 'vitest';
import { tinyAttributeTraining, tinyHeads } from '../../../test/tinyAttributes.ts';
import { noisePictures, tinyTraining } from '../../../test/tinyTraining.ts';
import { mixup } from '../../augment/mixup.ts';
import { normalize } from '../../augment/normalize.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { attributeLoss } from '../loss/attributeLoss.ts';
import { LearnedLossWeights } from '../loss/learnedLossWeights.ts';
import type { Loss } from '../loss/loss.ts';
import { shuffledBatches } from '../batches/pictureBatches.ts';
import { disposeBatch } from '../batches/trainingData.ts';
import { setLearningRate, setMomentum, trainStep } from '../loop/trainStep.ts';
import { clipped, largestSuggestion, readCurve, saveCurve, suggestedRate } from './curve.ts';
import { findLearningRate } from './findLearningRate.ts';
import { fitOneCycle } from './fitOneCycle.ts';
import { SmoothedLoss } from './smoothing.ts';
import { suggest } from './suggestions.ts';
import { sweep } from './sweep.ts';
import type { SweepPoint } from './sweepPoint.ts';

const folder = mkdtempSync(join(tmpdir(), 'ocelli-finder-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a finder needs of a tiny training. */
function parts() {
  const { model, optimizer, loss, data, validation } = tinyTraining();
  return { model, optimizer, loss, data, validation: validation.data };
}

const pointsOf = (losses: readonly number[]): SweepPoint[] =>
  losses.map((loss, index) => ({ lr: 10 ** (index - 5), loss, smoothed: loss, accuracy: 0 }));

test('rates go in equal ratios or in equal steps, both ends included', () => {
  const ends = { from: 1e-4, to: 1, steps: 5 };
  const at = (spacing: 'exponential' | 'linear') => [0, 2, 4].map(sweep({ ...ends, spacing }));
  expect(at('exponential')).toEqual([1e-4, expect.closeTo(1e-2, 10), expect.closeTo(1, 10)]);
  expect(at('linear')).toEqual([1e-4, expect.closeTo(0.50005, 10), 1]);
});

test('smoothing has no bias: the first value is itself, a constant stays, here by hand', () => {
  const smoothed = new SmoothedLoss(0.5);
  // m = 2, then (0.5 · 1 + 0.5 · 5) / (1 − 0.25) = 4, then (0.5 · 3 + 0.5 · 1) / (1 − 0.125) = 16 / 7.
  expect([2, 5, 1].map((value) => smoothed.add(value))).toEqual([2, 4, expect.closeTo(16 / 7, 12)]);
  const constant = new SmoothedLoss(0.98);
  for (let step = 0; step < 20; step++) expect(constant.add(2.3)).toBeCloseTo(2.3, 10);
});

describe('suggestions, by hand:', () => {
  test('the steepest fall, a tenth of the minimum, two thirds down the longest fall', () => {
    //                        1e-5 1e-4 1e-3 1e-2 0.1  1    10   100
    const points = pointsOf([2.3, 2.3, 2.2, 1.6, 0.8, 0.6, 1.5, 9]);
    const { steepest, minimum, valley } = suggest(points);
    // Falls to both sides: 0.35 · 2 at 1e-3, 1.4 at 1e-2, 1.0 at 0.1.
    expect(steepest).toBe(1e-2);
    expect(minimum).toBeCloseTo(0.1, 12);
    // The fall of five points from index 1 (or 0) to 5; 1 + ⌊(5 − 1) · 2 / 3⌋ = 3, from 0 also 3.
    expect(valley).toBe(1e-2);
  });

  test('nothing where the loss never falls', () => {
    expect(suggest(pointsOf([1, 2, 3, 4]))).toEqual({
      steepest: null,
      minimum: null,
      valley: null,
    });
    expect(suggest([])).toEqual({ steepest: null, minimum: null, valley: null });
  });
});

describe('a sweep', () => {
  test('does what steps written by hand do', async () => {
    const rates = { from: 0.01, to: 0.1, steps: 4, smoothing: 0 };
    const prepared = parts();
    manualSeed(1);
    const { points } = await findLearningRate({ ...prepared, ...rates });
    const { model, optimizer, loss, data } = parts();
    model.train();
    const losses: number[] = [];
    manualSeed(1);
    for (const batch of data.batches(1, 0)) {
      if (losses.length === 4) break;
      setLearningRate(optimizer, (0.01 * 10 ** (losses.length / 3)) / 5);
      trainStep(batch, { model, optimizer, loss }, (outcome) =>
        losses.push(outcome.loss.item() / 5),
      );
      disposeBatch(batch);
    }
    expect(points.map((point) => point.loss)).toEqual(
      losses.map((value) => expect.closeTo(value, 6) as number),
    );
  });

  test('leaves weights, optimizer, modes and random state as they were, to the bit', async () => {
    const { model, optimizer, loss, data } = parts();
    for (const batch of data.batches(1, 3)) trainStep(batch, { model, optimizer, loss });
    model.eval();
    model.child('3', Dropout).train();
    const state = () => ({
      weights: [...model.stateDict()].map(([key, tensor]) => [key, tensor.toArray()]),
      groups: structuredClone(optimizer.stateDict().groups),
      buffers: [...optimizer.stateDict().tensors].map(([key, tensor]) => [key, tensor.toArray()]),
      modes: model.namedModules().map(([, module]) => module.training),
      random: getRandomState().toArray(),
    });
    manualSeed(77);
    const before = state();
    await findLearningRate({ model, optimizer, loss, data, steps: 12 });
    expect(state()).toEqual(before);
    const failing = {
      ...loss,
      compute: () => {
        throw new Error('no loss');
      },
    };
    await expect(findLearningRate({ model, optimizer, loss: failing, data })).rejects.toThrow(
      'no loss',
    );
    expect(state()).toEqual(before);
  });

  test('leaves what the loss has learned as it was', async () => {
    const learned = new LearnedLossWeights(['gender', 'pose']);
    const model = tinyHeads();
    const optimizer = new SGD([...model.parameters(), ...learned.parameters()], { lr: 0.1 });
    const loss = attributeLoss({ attributes: { gender: {}, pose: {} }, learned });
    const { data } = tinyAttributeTraining({ model });
    for (const batch of data.batches(1, 3)) trainStep(batch, { model, optimizer, loss });
    const values = () => learned.parameters().map((one) => one.item());
    const before = values();
    expect(before).not.toEqual([0, 0]);
    await findLearningRate({ model, optimizer, loss, data, from: 0.01, to: 0.1, steps: 5 });
    expect(values()).toEqual(before);
  });

  test('gives every group of parameters its share of the rate', async () => {
    const model = tinyHeads();
    const heads = ['heads.gender', 'heads.pose'].map((path) => model.child(path).parameters());
    const optimizer = new SGD(
      heads.map((params) => ({ params })),
      { lr: 0 },
    );
    const loss = attributeLoss({ attributes: { gender: {}, pose: {} } });
    const { data } = tinyAttributeTraining({ model });
    const values = () => heads.map((params) => params.map((one) => one.toArray()));
    const before = values();
    let after = before;
    await findLearningRate({
      ...{ model, optimizer, loss, data, lrFactors: [0, 1] },
      ...{ from: 0.01, to: 0.1, steps: 3, onPoint: () => (after = values()) },
    });
    expect(after[0]).toEqual(before[0]);
    expect(after[1]).not.toEqual(before[1]);
  });

  test('keeps what is frozen in evaluation, as training does, after held-back pictures too', async () => {
    const given = parts();
    const frozen = given.model.freeze('0').child('0', Conv2d);
    const modes: boolean[] = [];
    const { compute } = given.loss;
    const loss: Loss = {
      ...given.loss,
      compute: (outputs, labels, mix) => {
        if (given.model.training) modes.push(frozen.training);
        return compute(outputs, labels, mix);
      },
    };
    await findLearningRate({ ...given, loss, to: 1e-3, steps: 3 });
    expect(modes).toEqual([false, false, false]);
  });

  test('begins an optimizer that has made no step anew', async () => {
    const { model, optimizer, loss, data } = parts();
    await findLearningRate({ model, optimizer, loss, data, steps: 5 });
    expect(optimizer.stateDict().tensors.size).toBe(0);
  });

  test('ends when the loss is beyond its bound, and leaves out what is not finite', async () => {
    const curve = await findLearningRate({ ...parts(), from: 1, to: 1e12, steps: 60 });
    expect(curve.ended).toBe('diverged');
    expect(curve.points.length).toBeLessThan(60);
    expect(curve.points.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    const tolerant = await findLearningRate({
      ...parts(),
      from: 1,
      to: 1e12,
      steps: 60,
      divergence: 1e30,
    });
    expect(tolerant.points.length).toBeGreaterThan(curve.points.length);
  });

  test('goes on past the end of the data, and tells every point', async () => {
    const seen: number[] = [];
    const curve = await findLearningRate({
      ...parts(),
      to: 1e-3,
      steps: 13,
      onPoint: ({ lr }) => seen.push(lr),
    });
    expect(seen).toEqual(curve.points.map(({ lr }) => lr));
    expect([seen[0], seen.length, seen.at(-1)]).toEqual([1e-6, 13, expect.closeTo(1e-3, 12)]);
    expect(curve.points.every(({ accuracy }) => accuracy >= 0 && accuracy <= 1)).toBe(true);
  });

  test('measures held-back pictures after every step, all or the first batches', async () => {
    const given = parts();
    const tiny = { from: 1e-9, to: 2e-9, steps: 3 };
    const all = await findLearningRate({ ...given, ...tiny });
    const some = await findLearningRate({ ...given, ...tiny, validationBatches: 1 });
    // So small a rate leaves the model as it is.
    const measured = await evaluate(given.model, given.validation);
    for (const point of all.points) {
      expect(point.validationLoss).toBeCloseTo(measured?.loss ?? NaN, 5);
      expect(point.validationAccuracy).toBe(measured?.accuracy);
    }
    const lossOf = (curve: typeof all) => curve.points[0]?.validationLoss ?? NaN;
    expect(lossOf(some)).not.toBeCloseTo(lossOf(all), 6);
  });

  test('has the accuracy of every step beside its loss, by hand from the outcome', async () => {
    const given = parts();
    const rights: number[] = [];
    const { compute } = given.loss;
    const loss = {
      ...given.loss,
      compute: (...args: Parameters<typeof compute>) => {
        const outcome = compute(...args);
        if (!given.model.training) return outcome;
        const right = outcome.heads[0]?.logits.argmax(1).eq(args[1]).sum().item();
        rights.push(Number(right) / args[1].numel);
        return outcome;
      },
    };
    const { points } = await findLearningRate({ ...given, loss, to: 1e-3, steps: 5 });
    expect(points.map(({ accuracy }) => accuracy)).toEqual(rights);
  });

  test('sweeps with mixup: the labels of both pictures count', async () => {
    const transforms = [
      normalize({ mean: [128, 128, 128], std: [64, 64, 64] }),
      mixup({ alpha: 1 }),
    ];
    const data = shuffledBatches(noisePictures(21), { batchSize: 5, seed: 3, transforms });
    const mixes: boolean[] = [];
    const given = parts();
    const { compute } = given.loss;
    const loss: Loss = {
      ...given.loss,
      compute: (outputs, labels, mix) => {
        if (given.model.training) mixes.push(mix !== undefined);
        return compute(outputs, labels, mix);
      },
    };
    const { points } = await findLearningRate({ ...given, loss, data, to: 1e-3, steps: 4 });
    expect(mixes).toEqual([true, true, true, true]);
    expect(points.every((point) => point.loss > 0)).toBe(true);
  });

  test('leaves no more tensors behind the longer it is', async () => {
    const { model, optimizer, loss, data } = parts();
    const growth = async (steps: number) => {
      const before = liveTensorCount();
      await findLearningRate({ model, optimizer, loss, data, steps });
      return liveTensorCount() - before;
    };
    await growth(3);
    // What the optimizer remembered of the sweep, four tensors, is let go for the collector.
    expect(await growth(30)).toBeLessThan(12);
  });

  test.each([
    [{ lrAt: () => 1 }, 'findLearningRate: expected options to be among'],
    [
      { from: 1, to: 0.1 },
      'findLearningRate: expected from and to to be rising numbers above 0, got [1,0.1].',
    ],
    [{ steps: 2 }, 'findLearningRate: expected steps to be an integer of at least 3, got 2.'],
    [{ smoothing: 1 }, 'findLearningRate: expected smoothing to be from 0 to below 1, got 1.'],
    [{ divergence: 1 }, 'findLearningRate: expected divergence to be above 1, got 1.'],
  ])('refuses %j', async (options, message) => {
    await expect(findLearningRate({ ...parts(), ...options })).rejects.toThrow(message);
  });
});

describe('curves', () => {
  test('are saved and read again, clipped, and compared', async () => {
    const curve = await findLearningRate({ ...parts(), steps: 8, to: 0.1 });
    const path = join(folder, 'curve.json');
    saveCurve(path, curve);
    expect(readCurve(path)).toEqual(curve);
    expect(clipped(curve.points, { first: 2, last: 1 })).toEqual(curve.points.slice(2, -1));
    expect(() => clipped(curve.points, { first: 8, last: 0 })).toThrow(/fewer than the 8 points/);
    const other = { ...curve, suggestions: { steepest: 0.5, minimum: null, valley: 0.2 } };
    const lower = { ...curve, suggestions: { steepest: 0.1, minimum: null, valley: 0.3 } };
    expect(largestSuggestion([other, lower], 'steepest')).toBe(0.5);
    expect(() => largestSuggestion([other, lower], 'minimum')).toThrow(
      'expected curves to be at least one with',
    );
    writeFileSync(path, '{}');
    expect(() => readCurve(path)).toThrow(
      /expected the curve of a learning rate finder, got other JSON\.$/,
    );
  });
});

test('a curve that only rises suggests nothing, and who asks is told', () => {
  const points = pointsOf([1, 2, 3, 4]);
  const curve = { points, ended: 'diverged', suggestions: suggest(points) } as const;
  expect(() => suggestedRate('findLr', curve, 'valley')).toThrow(
    'findLr: expected a curve with a suggestion by valley, got one of 4 points that never falls. ' +
      'Choose the learning rate by hand.',
  );
  const falling = pointsOf([4, 3, 2, 1]);
  const good = { points: falling, ended: 'completed', suggestions: suggest(falling) } as const;
  expect(suggestedRate('findLr', good, 'minimum')).toBeCloseTo(1e-2 / 10, 12); // lowest at 10^(3 − 5)
});

test('fitOneCycle finds a rate and trains a cycle with it as the peak', async () => {
  const { lrAt: _, ...training } = tinyTraining({ epochs: 2 });
  const rates: number[] = [];
  const momenta: number[] = [];
  const { lr, curve, reason } = await fitOneCycle({
    ...training,
    suggestion: 'minimum',
    finder: { from: 1e-3, to: 1, steps: 20 },
    oneCycle: { peakEpoch: 1, divFactor: 4, anneal: 'linear' },
    consumers: [
      (event) => {
        if (event.type !== 'stepEnded') return;
        rates.push(event.lr);
        momenta.push(training.optimizer.paramGroups[0]?.momentum ?? NaN);
      },
    ],
  });
  expect([reason, lr]).toEqual(['completed', curve.suggestions.minimum]);
  expect(rates).toHaveLength(10);
  expect([rates[0], Math.max(...rates)]).toEqual([
    expect.closeTo(lr / 4, 10),
    expect.closeTo(lr, 10),
  ]);
  expect([momenta[0], Math.min(...momenta)]).toEqual([0.95, expect.closeTo(0.85, 10)]);
});

test('fitOneCycle finds the rate with the factors it trains with', async () => {
  const curveOf = async (lrFactors: readonly number[], from: number) => {
    const { lrAt: _, ...training } = tinyTraining({ epochs: 1, lrFactors });
    const finder = { from, to: 1000 * from, steps: 12 };
    return (await fitOneCycle({ ...training, suggestion: 'minimum', finder })).curve;
  };
  // Half of twice the rate: the same steps.
  const [half, whole] = [await curveOf([0.5], 2e-3), await curveOf([1], 1e-3)];
  expect(half.points.map(({ loss }) => loss)).toEqual(whole.points.map(({ loss }) => loss));
});

test('a momentum cannot be set where there is none', () => {
  const adam = new Adam(tinyTraining().model.parameters(), { lr: 1 });
  expect(() => setMomentum(adam, 0.9)).toThrow(
    'setMomentum: expected optimizer to be one with momentum, such as SGD, got "another".',
  );
});
