import { expect, test } from 'vitest';
import { tinyAttributeTraining } from '../../../test/tinyAttributes.ts';
import { tinyTraining } from '../../../test/tinyTraining.ts';
import type { Metric } from '../../metrics/metric.ts';
import { attributeLines } from '../../report/attributeLines.ts';
import { epochLine, evaluationLine } from '../../report/lines.ts';
import { earlyStopping } from '../session/earlyStopping.ts';
import type { EpochEnded, TrainEvent } from '../record/events.ts';
import { fit, type FitOptions } from './fit.ts';
import { bestEpoch, epochsOf } from '../record/history.ts';
import { PlateauRate } from '../schedules/plateau.ts';
import { resultsCsv } from '../record/resultsCsv.ts';

// Figures of the user's own in the loop: measured, on record, shown, and watched by their names.

/** Share of the labelled pictures whose label is the first class: known from the labels alone. */
const firstShare: Metric = {
  name: 'firstShare',
  compute({ labels }) {
    const labelled = labels.filter((label) => label >= 0);
    return labelled.filter((label) => label === 0).length / labelled.length;
  },
};

/** Gives one value after the other. */
function scripted(name: string, ...values: readonly number[]): Metric {
  let next = 0;
  return { name, compute: () => values[next++] ?? NaN };
}

async function eventsOf(options: FitOptions): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  const { consumers = [] } = options;
  await fit({ ...options, consumers: [(event) => void events.push(event), ...consumers] });
  return events;
}

async function epochOf(options: FitOptions): Promise<EpochEnded> {
  const [epoch] = epochsOf(await eventsOf(options));
  if (epoch === undefined) throw new Error('no epoch');
  return epoch;
}

test('an evaluation has them, the lines show them, and results.csv has a column for each', async () => {
  const epoch = await epochOf(tinyTraining({ epochs: 1, metrics: [firstShare] }));
  const { validation } = epoch;
  // Labels of the eleven pictures are 0, 1, 2, 0, 1, ...: four of them are 0.
  expect(validation?.metrics).toEqual({ firstShare: 4 / 11 });
  if (validation === undefined) throw new Error('no validation');
  expect(evaluationLine({ split: 'test', scores: validation })).toMatch(/, firstShare: 0\.3636$/);
  expect(epochLine(epoch)).toContain('  val firstShare: 0.3636  time: ');
  const [header = '', row = ''] = resultsCsv([epoch]).split('\n');
  expect(row.split(',')[header.split(',').indexOf('validation_firstShare')]).toBe(String(4 / 11));
});

test('each attribute has its own, over the pictures that have a label; over all their mean counts', async () => {
  const epoch = await epochOf(tinyAttributeTraining({ epochs: 1, metrics: [firstShare] }));
  // Genders are 0, 1, 0, ...; of poses 0, 1, 2, missing, ... nine are known and three are 0.
  expect(epoch.validation?.attributes?.['gender']?.metrics).toEqual({ firstShare: 6 / 11 });
  expect(epoch.validation?.attributes?.['pose']?.metrics).toEqual({ firstShare: 3 / 9 });
  expect(epoch.validation?.metrics?.['firstShare']).toBeCloseTo((6 / 11 + 3 / 9) / 2, 12);
  expect(attributeLines(epoch)[0]).toMatch(/, firstShare: 0\.55$/);
});

test.each([
  ['luck', 2],
  ['luckError', 1], // the less the better
])('the best epoch by %s is the %i.', async (name, best) => {
  const metrics = [scripted(name, 0.2, 0.9, 0.5)];
  const events = await eventsOf(tinyTraining({ epochs: 3, metrics, best: [name] }));
  expect(bestEpoch(events)?.epoch).toBe(best);
});

test('early stopping and a plateau watch them by name', async () => {
  const metrics = (): Metric[] => [scripted('luck', 0.9, 0.5, 0.5, 0.5)];
  const patient = [earlyStopping({ monitor: ['luck'], patience: 2 })];
  const stopped = await eventsOf(
    tinyTraining({ epochs: 9, metrics: metrics(), consumers: patient }),
  );
  expect(epochsOf(stopped).length).toBe(3);
  const plateau = new PlateauRate({ lr: 0.05, monitor: 'luck', factor: 0.5, patience: 1 });
  const reduced = await eventsOf(tinyTraining({ epochs: 4, metrics: metrics(), plateau }));
  expect(reduced.find(({ type }) => type === 'learningRateReduced')).toMatchObject({
    epoch: 3,
    monitor: 'luck',
    from: 0.05,
    to: 0.025,
  });
});

test('a name that is none of them is refused before the first step, with the nearest', async () => {
  const training = tinyTraining({ metrics: [firstShare], best: ['firstShaer'] });
  await expect(fit(training)).rejects.toThrow('got "firstShaer". Did you mean "firstShare"?');
});

test('loss, optimizer, gradients and metric of the user’s own go into the one loop', async () => {
  const calls: string[] = [];
  const training = tinyTraining({ epochs: 1 });
  const { loss, optimizer } = training;
  const own = {
    ...training,
    loss: {
      ...loss,
      compute: (...given: Parameters<typeof loss.compute>) => (
        calls.push('loss'),
        loss.compute(...given)
      ),
    },
    optimizer: {
      paramGroups: optimizer.paramGroups,
      zeroGrad: () => optimizer.zeroGrad(),
      step: () => (calls.push('step'), optimizer.step()),
    },
    gradients: (outcome: { readonly loss: { backward(): void } }) => (
      calls.push('gradients'),
      outcome.loss.backward()
    ),
    metrics: [firstShare],
  };
  const epoch = await epochOf(own);
  expect(calls.slice(0, 3)).toEqual(['loss', 'gradients', 'step']);
  expect(calls.length).toBe(15); // of five steps
  expect(epoch.validation?.metrics).toEqual({ firstShare: 4 / 11 });
});
