import { expect, test } from 'vitest';
import { noiseAttributes, tinySchema } from '../../../test/tinyAttributes.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { sweepExperiment } from './sweepExperiment.ts';

const train = noiseAttributes(21);
const data = {
  train,
  validation: { split: 'validation', dataset: noiseAttributes(11, 1) },
  facts: {
    labelNames: { attributes: tinySchema },
    ...{ height: 8, width: 8, trainCount: 21, validationCount: 11 },
    ...{ mean: [128, 128, 128], std: [64, 64, 64] },
  },
};

async function lossesOf(settings: ExperimentInput, from: number): Promise<number[]> {
  const usual = {
    table: 'labels.csv',
    model: 'resnet20',
    batchSize: 7,
    pad: 0,
    flip: false,
  } as const;
  const experiment = resolveExperiment({ ...usual, ...settings });
  const curve = await sweepExperiment(experiment, data, { from, to: 10 * from, steps: 4 });
  return curve.points.map(({ loss }) => loss);
}

test('a sweep has the factors of trunk and heads that the training has', async () => {
  const half = { trunkLr: 0.5, attributes: { gender: { lr: 0.5 }, pose: { lr: 0.5 } } };
  const whole = await lossesOf({}, 0.01);
  expect(whole).toHaveLength(4);
  expect(await lossesOf(half, 0.02)).toEqual(whole); // half of twice the rate: the same steps
  expect(await lossesOf({ trunkLr: 0.5 }, 0.01)).not.toEqual(whole);
});
