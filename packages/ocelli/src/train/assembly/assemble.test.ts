import type { AnyModule } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { countParameters } from '../../models/countParameters.ts';
import { assemble } from './assemble.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';

const classes = Array.from('abcdefghij');
const sizes = { heads: [{ classes, counts: classes.map(() => 100) }], stepsPerEpoch: 98 };

function assembled(input: ExperimentInput) {
  return assemble(resolveExperiment(input), sizes);
}

function optionsOf(input: ExperimentInput): Record<string, unknown> {
  const { params: _, ...options } = assembled(input).optimizer.paramGroups[0] ?? {};
  return options;
}

function firstWeights(model: AnyModule): unknown {
  return model.parameters()[0]?.toArray();
}

test('the default optimizer is the recipe: Nesterov .9, a decay scaled to the summed loss', () => {
  expect(optionsOf({})).toMatchObject({
    momentum: 0.9,
    nesterov: true,
    weightDecay: 5e-4 * 512,
    dampening: 0,
  });
});

test('with a loss that is a mean the decay is what it says', () => {
  expect(optionsOf({ lossReduction: 'mean' })).toMatchObject({ weightDecay: 5e-4 });
  expect(optionsOf({ lossReduction: 'mean', weightDecay: 0.1 })).toMatchObject({
    weightDecay: 0.1,
  });
});

test('momentum and nesterov reach the optimizer', () => {
  const options = optionsOf({ momentum: 0.5, nesterov: false });
  expect(options).toMatchObject({ momentum: 0.5, nesterov: false });
});

test.each([
  ['sgd', 'SGD'],
  ['adam', 'Adam'],
  ['adamw', 'AdamW'],
] as const)('%s is %s', (optimizer, name) => {
  const made = assembled({ optimizer }).optimizer;
  expect(made.constructor.name).toBe(name);
  expect(made.stateDict().optimizer).toBe(name);
});

test('lr, schedule, peakEpoch and epochs shape the learning rate', () => {
  const at = (input: ExperimentInput, epoch: number): number => assembled(input).lrAt(epoch * 98);
  expect([0, 5, 20].map((epoch) => at({}, epoch))).toEqual([0, 0.4, 0]);
  expect(at({ lr: 0.1 }, 5)).toBe(0.1);
  expect(at({ peakEpoch: 10 }, 10)).toBe(0.4);
  expect(at({ epochs: 8 }, 2)).toBe(0.4);
  expect(at({ schedule: 'constant' }, 0)).toBe(0.4);
});

test('lossReduction and labelSmoothing reach the loss', () => {
  expect(assembled({}).loss.reduction).toBe('sum');
  expect(assembled({ lossReduction: 'mean' }).loss.reduction).toBe('mean');
});

test('the seed decides the first weights, the model their number, memory is channels-last', () => {
  const model = assembled({}).model;
  expect(firstWeights(assembled({ seed: 0 }).model)).toEqual(firstWeights(model));
  expect(firstWeights(assembled({ seed: 1 }).model)).not.toEqual(firstWeights(model));
  const athena = assembled({ model: 'davidnet-athena' }).model;
  expect(countParameters(athena).trainable).toBe(6_573_194);
  const wide = model.parameters().filter(({ shape }) => shape[2] === 3);
  expect(wide.every((weight) => weight.isContiguous('channelsLast'))).toBe(true);
});
