import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AnyModule, Linear, noGrad, Sequential, tensor } from '@ocelli/torch';
import { tinyModel, tinyTraining } from '../../../test/tinyTraining.ts';
import { type AveragedWeights, emaWeights, lookahead } from './averagedWeights.ts';
import { loadCheckpoint, saveCheckpoint } from '../checkpoints/checkpoint.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { TrainEvent } from '../record/events.ts';
import { fit } from './fit.ts';
import { createRunFolder } from '../runFolder/runFolder.ts';
import { runSaver } from '../checkpoints/saver.ts';
import { loadWeights } from '../checkpoints/weights.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ocelli-averages-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const weightsOf = (model: AnyModule): unknown[] => model.parameters().map((one) => one.toArray());

/** One weight that goes 1, 2, 3 ... and what the model holds while the average is shown. */
function walked(make: (model: AnyModule) => AveragedWeights, steps: number): number[][] {
  const model = new Linear(1, 1, { bias: false });
  const set = (value: number): void => noGrad(() => void model.weight.copy_(tensor([[value]])));
  set(0);
  const averages = make(model);
  return Array.from({ length: steps }, (_, index) => {
    noGrad(() => model.weight.add_(1));
    averages.observe();
    return [model.weight.item(), averages.whileShown(() => model.weight.item()), index + 1].slice(
      0,
      2,
    );
  });
}

test('the moving average keeps its decay at every step: 0.5 by hand', () => {
  const walk = walked((model) => emaWeights(model, { decay: 0.5 }), 3);
  // 0.5·0 + 0.5·1, then 0.25 + 1, then 0.625 + 1.5; the weight itself goes on undisturbed.
  expect(walk).toEqual([[1, 0.5], [2, 1.25], [3, 2.125]]); // prettier-ignore
});

test('with a warm-up it keeps (1 + n) / (10 + n) at first', () => {
  const [first, second] = walked((model) => emaWeights(model, { decay: 0.999, warmup: true }), 2);
  expect(first?.[1]).toBeCloseTo(0.9, 6); // keeps a tenth of 0
  expect(second?.[1]).toBeCloseTo((2 / 11) * 0.9 + (9 / 11) * 2, 6);
});

test('Lookahead goes on from the slow weights after every few steps', () => {
  const walk = walked((model) => lookahead(model, { steps: 2, alpha: 0.75 }), 5);
  // At step 2: 0 + 0.75·(2 − 0) = 1.5; at step 4: 1.5 + 0.75·(3.5 − 1.5) = 3.
  expect(walk).toEqual([[1, 0], [1.5, 1.5], [2.5, 1.5], [3, 3], [4, 3]]); // prettier-ignore
});

test('a model that is converted later keeps its average', () => {
  const model = new Linear(1, 1, { bias: false });
  noGrad(() => model.weight.fill_(2));
  const averages = emaWeights(model, { decay: 0.5 });
  model.to({ dtype: 'float64' });
  noGrad(() => model.weight.fill_(4));
  averages.observe();
  expect(averages.whileShown(() => model.weight.item())).toBe(3); // 0.5·2 + 0.5·4
  expect(model.weight.item()).toBe(4);
});

test('weights that layers share have one average, under the name of each, and come back', () => {
  const shared = new Linear(1, 1, { bias: false });
  noGrad(() => shared.weight.fill_(2));
  const averages = emaWeights(new Sequential(shared, shared), { decay: 0.5 });
  noGrad(() => shared.weight.fill_(4));
  averages.observe();
  const state = [...averages.state().tensors].map(([name, tensor]) => [name, tensor.item()]);
  expect(state).toEqual([['0.weight', 3], ['1.weight', 3]]); // prettier-ignore
  expect(averages.whileShown(() => shared.weight.item())).toBe(3);
  expect(shared.weight.item()).toBe(4);
});

test.each([
  ['emaWeights', () => emaWeights(new Linear(1, 1), { decay: 1 }), 'decay to be between 0 and 1'],
  ['lookahead', () => lookahead(new Linear(1, 1), { steps: 0 }), 'steps to be'],
  ['lookahead', () => lookahead(new Linear(1, 1), { alpha: 0 }), 'alpha to be between 0 and 1'],
] as const)('%s refuses what has no effect', (where, make, rule) => {
  expect(make).toThrow(`${where}: expected ${rule}`);
});

const rules: [string, (model: AnyModule) => AveragedWeights][] = [
  ['ema', (model) => emaWeights(model, { decay: 0.7, warmup: true })],
  ['lookahead', (model) => lookahead(model, { steps: 3 })],
];

function training(rule: (model: AnyModule) => AveragedWeights, seed = 0) {
  const model = tinyModel(seed);
  const averages = rule(model);
  return { ...tinyTraining({ model, averages, epochs: 2 }), model, averages };
}

test.each(rules)(
  '%s: what is evaluated, saved and left in the model is the average',
  async (_, rule) => {
    const run = training(rule);
    const runFolder = createRunFolder(folder, 'run');
    const saver = runSaver({ ...run, folder: runFolder });
    const losses: number[] = [];
    const consumers = [
      saver.consume,
      (event: TrainEvent) =>
        void (event.type === 'epochEnded' && losses.push(event.validation?.loss ?? NaN)),
    ];
    await fit({ ...run, consumers });
    const average = weightsOf(run.model);
    const saved = tinyModel(5);
    loadWeights(runFolder.weights, 'last', saved);
    expect(weightsOf(saved)).toEqual(average);
    expect((await evaluate(run.model, run.validation.data))?.loss).toBe(losses[1]);
    run.averages.hide();
    const trained = weightsOf(run.model);
    if (_ === 'ema') {
      expect(trained).not.toEqual(average);
      const plain = tinyTraining({ epochs: 2 });
      await fit(plain);
      expect(trained).toEqual(weightsOf(plain.model)); // averaging does not touch what is trained
    }
  },
);

test.each(rules.flatMap(([name, rule]) => [3, 5, 8].map((step) => [name, step, rule] as const)))(
  '%s: stopped after step %i and gone on with, the average is what it would have been',
  async (_, stopAfter, rule) => {
    const whole = training(rule);
    await fit(whole);
    const first = training(rule);
    const controller = new AbortController();
    const { progress } = await fit({
      ...first,
      signal: controller.signal,
      consumers: [
        (event) =>
          void (event.type === 'stepEnded' && event.step === stopAfter && controller.abort()),
      ],
    });
    const path = saveCheckpoint(folder, first, progress); // while the average is in the model
    const second = training(rule, 9);
    await fit({ ...second, from: loadCheckpoint(path, second) });
    expect(weightsOf(second.model)).toEqual(weightsOf(whole.model));
    for (const run of [second, whole]) run.averages.hide();
    expect(weightsOf(second.model)).toEqual(weightsOf(whole.model));
  },
);

test('a checkpoint without the average that a run needs is refused', () => {
  const plain = tinyTraining();
  const progress = {
    epoch: 1,
    stepInEpoch: 1,
    step: 1,
    seconds: 0,
    totals: { lossSum: 0, correct: 0, count: 0 },
  };
  const path = saveCheckpoint(folder, plain, progress);
  const [, rule] = rules[0] ?? ['', emaWeights];
  expect(() => loadCheckpoint(path, training(rule))).toThrow(
    'expected averages.safetensors to be as it was saved, it is damaged.',
  );
});
