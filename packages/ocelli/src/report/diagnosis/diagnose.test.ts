import { expect, test } from 'vitest';
import { classificationReport } from '../../metrics/classificationReport.ts';
import type { StoredEvent } from '../../train/record/eventLog.ts';
import type { EpochEnded } from '../../train/record/events.ts';
import { resolveExperiment } from '../../train/experiment/experiment.ts';
import type { StoredEvaluation } from '../evaluation/evaluation.ts';
import { diagnose } from './diagnose.ts';
import type { Symptoms } from './finding.ts';

/** Training loss, training accuracy, validation loss, validation accuracy of an epoch. */
type Figures = readonly [number, number, number, number];

function epochs(figures: readonly Figures[], lrs: readonly number[] = []): EpochEnded[] {
  return figures.map(([trainLoss, trainAccuracy, loss, accuracy], index) => {
    const totals = { lossSum: 0, correct: 0, count: 0 };
    return {
      type: 'epochEnded',
      epoch: index + 1,
      epochs: figures.length,
      lr: lrs[index] ?? 0.1,
      train: { loss: trainLoss, accuracy: trainAccuracy, correct: 0, count: 1000 },
      validation: { loss, accuracy, correct: 0, count: 1000 },
      progress: { epoch: index + 2, stepInEpoch: 0, step: index * 10, seconds: index, totals },
    };
  });
}

const ten = { name: 'label', classes: Array.from({ length: 10 }, (_, index) => `class ${index}`) };
const pictures = {
  height: 32,
  width: 32,
  labelNames: ten,
  mean: [],
  std: [],
  trainCount: 1,
  validationCount: 1,
};

function titles(symptoms: Partial<Symptoms>): [string, string | undefined][] {
  const none = { events: [], epochs: [], best: undefined, evaluation: undefined };
  const own = { experiment: resolveExperiment({}), pictures, heads: [ten] };
  const run = { ...own, ...none, ...symptoms };
  const best = run.best ?? run.epochs.at(-1);
  return diagnose({ ...run, best }).map(({ title, command }) => [title, command]);
}

/** Predictions of two classes: how often each label was said to be each class. */
function evaluation(
  counts: Readonly<Record<string, readonly (readonly [number, number])[]>>,
  calibrationError = 0,
) {
  const reports = Object.entries(counts).map(([name, rows]) => {
    const said = rows.flatMap(([first, second], label) => [
      ...Array.from({ length: first }, () => [label, 0] as const),
      ...Array.from({ length: second }, () => [label, 1] as const),
    ]);
    const report = classificationReport({
      classes: ['first', 'second'],
      labels: Int32Array.from(said, ([label]) => label),
      probabilities: Float32Array.from(
        said.flatMap(([, answer]) => (answer === 0 ? [1, 0] : [0, 1])),
      ),
    });
    return [name, { ...report, calibrationError }];
  });
  return { heads: Object.fromEntries(reports) } as StoredEvaluation; // what rules read of it
}

test('a run without a finding says nothing', () => {
  const fine = epochs([
    [0.5, 0.9, 0.5, 0.9],
    [0.3, 0.96, 0.3, 0.95],
  ]);
  expect(titles({ epochs: fine })).toEqual([]);
  expect(titles({})).toEqual([]);
});

test('a loss that is not finite: a quarter of the rate, and bounded gradients', () => {
  const badStep = { step: 7, lr: 0.3, names: [] };
  const totals = { lossSum: 0, correct: 0, count: 0 };
  const progress = { epoch: 1, stepInEpoch: 6, step: 6, seconds: 1, totals };
  const stopped = { type: 'runStopping', reason: 'nonFinite', progress, badStep } as const;
  const events: StoredEvent[] = [{ ...stopped, time: '' }];
  expect(titles({ events })).toEqual([
    ['The loss stopped being a number', 'npx ocelli train --lr 0.1 --gradient-clip 5'],
  ]);
});

test('a loss that never falls below ln 10 for ten classes: nothing was learned', () => {
  expect(
    titles({
      epochs: epochs([
        [2.31, 0.1, 2.31, 0.1],
        [2.304, 0.1, 2.4, 0.1],
      ]),
    }),
  ).toContainEqual(['Nothing was learned', 'npx ocelli train --lr 0.13']);
  expect(
    titles({ epochs: epochs([[2.29, 0.1, 2.31, 0.1]]) }).map(([title]) => title),
  ).not.toContain('Nothing was learned');
});

test('what guessing costs is counted in the loss of the head', () => {
  const isFound = (loss: number, options: object): boolean => {
    const attributes = { label: options };
    const experiment = resolveExperiment({ table: 'labels.csv', attributes });
    const found = titles({ experiment, epochs: epochs([[loss, 0.1, 2.31, 0.1]]) });
    return found.some(([title]) => title === 'Nothing was learned');
  };
  const each = (losses: readonly number[], options: object): boolean[] =>
    losses.map((loss) => isFound(loss, options));
  // Of ten classes: ln 10 + 9 ln (10/9) = 3.25 with a sigmoid a class, 0.9² ln 10 = 1.87 with focal.
  expect(each([3.2, 3.3], { loss: 'binary' })).toEqual([false, true]);
  expect(each([1.8, 1.9], { loss: 'focal' })).toEqual([false, true]);
  expect(each([2.2, 2.4], { loss: 'focal', focalGamma: 0 })).toEqual([false, true]);
  // Weights of one's own: divided out of the mean of a cross-entropy, not of that of a focal loss.
  const classWeights = Array.from({ length: 10 }, () => 2);
  expect(each([2.2, 2.4], { classWeights })).toEqual([false, true]);
  expect(isFound(2, { loss: 'focal', classWeights })).toBe(false);
});

test('a training loss that rises again: the rate was too high', () => {
  const relapse = epochs([
    [1, 0.6, 1, 0.6],
    [1.2, 0.5, 1.2, 0.5],
    [0.3, 0.96, 0.3, 0.96],
  ]);
  expect(titles({ epochs: relapse })).toEqual([
    ['The learning rate was too high for a while', 'npx ocelli train --lr 0.13'],
  ]);
});

test('known by heart: the first augmentation that is not yet in use is next', () => {
  const heart = epochs([
    [0.5, 0.85, 0.5, 0.8],
    [0.1, 0.99, 0.9, 0.8],
  ]);
  const after = (settings: object) =>
    titles({ epochs: heart, experiment: resolveExperiment(settings) });
  expect(after({})).toEqual([['It overfits', 'npx ocelli train --cutout 8']]);
  expect(after({ flip: false })[0]?.[1]).toBe('npx ocelli train --flip');
  expect(after({ cutout: 8 })[0]?.[1]).toBe('npx ocelli train --cutout 8 --label-smoothing 0.1');
  const augmentation = [{ rotate: { degrees: 5 } }];
  expect(after({ augmentation })[0]?.[1]).toBe(
    `npx ocelli train --augmentation '[{"rotate":{"degrees":5}}]' --label-smoothing 0.1`,
  );
});

test('still rising when it ended: twice the epochs', () => {
  const rising = epochs([
    [1.5, 0.4, 1.5, 0.4],
    [1.2, 0.5, 1.2, 0.5],
  ]);
  expect(titles({ epochs: rising })).toEqual([
    ['It was not finished', 'npx ocelli train --epochs 40'],
  ]);
});

test('flat and low on both parts: it underfits', () => {
  const flat = epochs(Array.from({ length: 6 }, (): Figures => [1.5, 0.4, 1.5, 0.4]));
  expect(titles({ epochs: flat })).toEqual([['It underfits', 'npx ocelli train --lr 0.8']]);
});

const genderAndBag = [
  { name: 'gender', classes: ['first', 'second'] },
  { name: 'bag', classes: ['first', 'second'] },
];

test('a head that is no better than its majority class starves beside one that has learned', () => {
  // gender: 90 of 100 right, baseline 50. bag: always "first", which 60 of 100 are.
  const told = { gender: [[45, 5], [5, 45]], bag: [[60, 0], [40, 0]] } as const; // prettier-ignore
  expect(
    titles({ heads: genderAndBag, evaluation: evaluation(told) }).map(([title]) => title),
  ).toEqual(['The head bag starves']);
});

test('a head that always gives its frequent class is told of its rare ones, and not that it starves', () => {
  const told = { gender: [[45, 5], [5, 45]], bag: [[80, 0], [20, 0]] } as const; // prettier-ignore
  expect(
    titles({ heads: genderAndBag, evaluation: evaluation(told) }).map(([title]) => title),
  ).toEqual(['Frequent classes of bag drown the rare ones']);
});

test('a head that tells rare classes apart has learned, although accuracy lies below the majority', () => {
  // bag: 65 of 100 right where always "first" has 80, but recalls of 65 % each, where that has 50.
  const told = { gender: [[45, 5], [5, 45]], bag: [[52, 28], [7, 13]] } as const; // prettier-ignore
  expect(titles({ heads: genderAndBag, evaluation: evaluation(told) })).toEqual([]);
});

test('a head whose training loss rises again while all together are at their lowest: a conflict', () => {
  /** Of all heads, then of gender and bag. */
  const run = (...losses: (readonly [number, number, number])[]) =>
    epochs(losses.map(([loss]): Figures => [loss, 0.97, loss, 0.96])).map((epoch, index) => {
      const [, gender = 0, bag = 0] = losses[index] ?? [];
      const facts = { correct: 0, labelled: 1, accuracy: 0.97 };
      const attributes = { gender: { ...facts, loss: gender }, bag: { ...facts, loss: bag } };
      return { ...epoch, train: { ...epoch.train, attributes } };
    });
  const settings = { table: 'labels.csv' };
  const found = (symptoms: Partial<Symptoms>) =>
    titles({ heads: genderAndBag, experiment: resolveExperiment(settings), ...symptoms });
  const pushed = run([1, 0.5, 0.5], [0.9, 0.6, 0.3]);
  expect(found({ epochs: pushed })).toEqual([
    ['Heads are in conflict', 'npx ocelli train --table labels.csv --gradients projected'],
  ]);
  const projected = resolveExperiment({ ...settings, gradients: 'projected' });
  expect(found({ epochs: pushed, experiment: projected })).toEqual([
    ['Heads are in conflict', undefined],
  ]);
  // A tenth is within what epochs differ by, and where the sum rose too, the steps were too long.
  expect(found({ epochs: run([1, 0.5, 0.5], [0.9, 0.55, 0.35]) })).toEqual([]);
  expect(found({ epochs: run([1, 0.5, 0.5], [1.1, 0.6, 0.5]) })).toEqual([]);
});

test('a class that is never found among uneven ones: imbalance', () => {
  const heads = [{ name: 'label', classes: ['first', 'second'] }];
  const uneven = evaluation({ label: [[90, 0], [10, 0]] }); // prettier-ignore
  const even = evaluation({ label: [[45, 5], [5, 45]] }); // prettier-ignore
  expect(titles({ heads, evaluation: uneven }).map(([title]) => title)).toEqual([
    'Frequent classes drown the rare ones',
  ]);
  expect(titles({ heads, evaluation: even })).toEqual([]);
});

test('a sudden drop of the rate after which the validation loss does not fall', () => {
  const losses = [1, 0.9, 0.9, 0.9];
  const run = epochs(
    losses.map((loss): Figures => [loss, 0.97, loss, 0.96]),
    [0.1, 0.01, 0.01, 0.01],
  );
  expect(titles({ epochs: run })).toEqual([
    ['A drop of the learning rate had no effect', 'npx ocelli train --epochs 2'],
  ]);
  const better = epochs(
    [1, 0.9, 0.5, 0.4].map((loss): Figures => [loss, 0.97, loss, 0.96]),
    [0.1, 0.01, 0.01, 0.01],
  );
  expect(titles({ epochs: better })).toEqual([]);
});

test('a validation loss that was not finite is none before or after a drop', () => {
  const run = epochs(
    [1, 0.9, NaN, 0.9].map((loss): Figures => [0.5, 0.97, loss, 0.96]),
    [0.1, 0.01, 0.01, 0.01],
  );
  const onRecord = JSON.parse(JSON.stringify(run)) as EpochEnded[]; // null in its place
  expect(titles({ epochs: onRecord })).toEqual([
    ['A drop of the learning rate had no effect', 'npx ocelli train --epochs 2'],
  ]);
});

test('a reduction on a plateau that changed little is noted as well, however small it was', () => {
  const losses = [1, 0.9, 0.9, 0.9];
  const run = epochs(
    losses.map((loss): Figures => [loss, 0.97, loss, 0.96]),
    [0.1, 0.07, 0.07, 0.07],
  );
  const reduction = { monitor: 'loss', from: 0.1, to: 0.07, value: 0.9, best: 0.9 };
  const events = [{ type: 'learningRateReduced', epoch: 2, ...reduction, time: '' } as const];
  expect(titles({ epochs: run })).toEqual([]);
  expect(titles({ epochs: run, events }).map(([title]) => title)).toEqual([
    'A drop of the learning rate had no effect',
  ]);
});

test('confidence that is 10 points off: smoother labels', () => {
  const sure = evaluation({ label: [[45, 5], [5, 45]] }, 0.1); // prettier-ignore
  const heads = [{ name: 'label', classes: ['first', 'second'] }];
  expect(titles({ heads, evaluation: sure })).toEqual([
    ['Its confidence misleads', 'npx ocelli train --label-smoothing 0.1'],
  ]);
});
