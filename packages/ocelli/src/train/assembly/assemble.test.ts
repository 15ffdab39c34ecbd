import type { AnyModule } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { countParameters } from '../../models/countParameters.ts';
import { assemble } from './assemble.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';

const classes = Array.from('abcdefghij');
const heads = [{ classes, counts: classes.map(() => 100) }];

function assembled(input: ExperimentInput, batchSize = 512) {
  return assemble(resolveExperiment(input), { heads, stepsPerEpoch: 98, batchSize });
}

function optionsOf(input: ExperimentInput, batchSize?: number): Record<string, unknown> {
  const { optimizer } = assembled(input, batchSize);
  const { params: _, ...options } = optimizer.paramGroups[0] ?? {};
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

test('of 100 pictures a batch of 512 has 100: decay and clip are scaled by those', () => {
  expect(optionsOf({}, 100)).toMatchObject({ weightDecay: 5e-4 * 100 });
  const clipped = (input: ExperimentInput) => assembled({ ...input, gradientClip: 2 }, 100);
  expect(clipped({}).gradientClip).toBe(200);
  expect(clipped({ lossReduction: 'mean' }).gradientClip).toBe(2);
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

test('the parts of a sequence move the momentum of sgd, if the run has none on record', () => {
  const parts = [{ fromEpoch: 0, schedule: { oneCycle: {} } }];
  const cycles = { schedule: 'sequence', scheduleOptions: { parts } } as const;
  expect(assembled(cycles).momentumAt?.(0)).toBeCloseTo(0.95, 12);
  expect(assembled({ ...cycles, optimizer: 'adam' }).momentumAt).toBeUndefined();
  const earlier = resolveExperiment({ ...cycles, momentum: 0.8 }, { isRecord: true });
  const goneOn = assemble(earlier, { heads, stepsPerEpoch: 98, batchSize: 512 });
  expect(goneOn.momentumAt).toBeUndefined();
  expect(goneOn.optimizer.paramGroups[0]).toMatchObject({ momentum: 0.8 });
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

test('lossReduction reaches the loss', () => {
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
  expect(wide).toHaveLength(8);
  expect(wide.every((weight) => weight.isContiguous('channelsLast'))).toBe(true);
});
