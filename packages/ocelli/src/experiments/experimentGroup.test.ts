import { expect, test } from 'vitest';
import { resolveExperiment } from '../train/experiment/experiment.ts';
import { experiment } from './experimentBuilder.ts';
import { experimentGroup } from './groupBuilder.ts';
import { isGroup, resolveGroup } from './experimentGroup.ts';

const small = experiment('small').data('pictures').model('resnet20').epochs(3);

test('an experiment said part by part is the one that a file would say', () => {
  const said = small
    .optimizer('sgd', { lr: 0.1, momentum: 0.8, nesterov: false })
    .schedule('cosine', { warmupEpochs: 1 })
    .augmentation({ horizontalFlip: {} })
    .set({ seed: 7 });
  expect(said.toJSON()).toEqual({
    ...{ name: 'small', data: 'pictures', model: 'resnet20', epochs: 3, seed: 7 },
    ...{ optimizer: 'sgd', lr: 0.1, momentum: 0.8, nesterov: false },
    ...{ schedule: 'cosine', scheduleOptions: { warmupEpochs: 1 } },
    augmentation: [{ horizontalFlip: {} }],
  });
  const { name, ...settings } = said.toJSON();
  expect([name, resolveExperiment(settings).momentum]).toEqual(['small', 0.8]);
  expect(small.schedule('triangle', { peakEpoch: 2 }).settings).toMatchObject({ peakEpoch: 2 });
  expect(small.table('t.csv', { testShare: 0.1 }).settings).toMatchObject({
    table: 't.csv',
    testShare: 0.1,
  });
});

test('pictures said anew take the place of those before, with all that was said of them', () => {
  const tabled = small.table('t.csv', { testShare: 0.1 });
  expect(tabled.settings).toEqual({
    ...{ table: 't.csv', testShare: 0.1 },
    ...{ model: 'resnet20', epochs: 3 },
  });
  const rest = { model: 'resnet20', epochs: 3 };
  expect(tabled.table('u.csv').settings).toEqual({ ...rest, table: 'u.csv' });
  expect(tabled.data('others').settings).toEqual({ ...rest, data: 'others' });
  expect(tabled.dataset('cifar10').settings).toEqual({ ...rest, dataset: 'cifar10' });
  expect(tabled.set({ dataset: 'cifar10' }).settings).toEqual({ ...rest, dataset: 'cifar10' });
  expect(resolveExperiment(tabled.named('again').data('others').settings).data).toBe('others');
});

test('an optimizer or a schedule said anew has none of the options of the one before', () => {
  const said = small
    .set({ gradientClip: 2, weightDecay: 0.01 })
    .optimizer('sgd', { lr: 0.1, momentum: 0.8 })
    .schedule('triangle', { peakEpoch: 2 });
  const anew = said.schedule('cosine', { warmupEpochs: 1 }).optimizer('adam', { lr: 2e-3 });
  expect(anew.settings).toEqual({
    ...{ data: 'pictures', model: 'resnet20', epochs: 3, gradientClip: 2, weightDecay: 0.01 },
    ...{ optimizer: 'adam', lr: 2e-3, schedule: 'cosine', scheduleOptions: { warmupEpochs: 1 } },
  });
  expect(resolveExperiment(anew.settings).momentum).toBeNull();
  const back = anew.schedule('triangle');
  expect(back.settings).not.toHaveProperty('scheduleOptions');
  // What `set` says of an option is no longer the optimizer's.
  expect(said.set({ lr: 0.3 }).optimizer('adam').settings).toMatchObject({ lr: 0.3 });
});

test('a peak is a setting of the triangle and an option of other schedules', () => {
  const cycle = small.schedule('oneCycle', { peakEpoch: 1 });
  expect(cycle.settings).not.toHaveProperty('peakEpoch');
  expect(resolveExperiment(cycle.settings).scheduleOptions).toEqual({ peakEpoch: 1 });
  const wrong = small.schedule('triangle', { peakEpoch: 'two' }).settings;
  expect(() => resolveExperiment(wrong)).toThrow('expected peakEpoch to be');
});

test('of a group too, pictures said last are the ones', () => {
  const group = experimentGroup('sources')
    .share({ dataset: 'cifar10', model: 'resnet20', epochs: 2 })
    .share({ data: 'mine' })
    .add('shared')
    .add('own', { dataset: 'cifar100' });
  const facts = [...resolveGroup(group)].map(({ experiment: one }) => [one.data, one.dataset]);
  expect(facts).toEqual([
    ['mine', null],
    [null, 'cifar100'],
  ]);
});

test('a schedule takes its own options, and none of the schedule that was said before it', () => {
  const { peakEpoch, scheduleOptions } = resolveExperiment(
    small.schedule('oneCycle', { peakEpoch: 2 }).settings,
  );
  expect([peakEpoch, scheduleOptions]).toEqual([null, { peakEpoch: 2 }]);
  const said = small.schedule('triangle', { peakEpoch: 2 }).schedule('step', { every: 1 });
  expect(resolveExperiment(said.settings)).toMatchObject({
    ...{ schedule: 'step', peakEpoch: null, scheduleOptions: { every: 1 } },
  });
  expect(resolveExperiment(said.schedule('constant').settings).scheduleOptions).toEqual({});
});

test('an experiment that lacks parts says which, all of them', () => {
  expect(() => experiment('bare').toJSON()).toThrow(
    'experiment "bare": expected all its parts to be given; missing: ' +
      'pictures: data(), dataset() or table(); a model: model(); a length: epochs().',
  );
  expect(() => experiment('').dataset('cifar10').model('davidnet').toJSON()).toThrow(
    'missing: a name: experiment(name); a length: epochs().',
  );
  const group = experimentGroup('g').share({ dataset: 'cifar10', epochs: 2 });
  expect(() => group.add(experiment('bare')).toJSON()).toThrow('missing: a model: model().');
  expect(group.add(experiment('whole').model('davidnet')).toJSON().experiments).toHaveLength(1);
});

test('shared settings hold for all, an own one counts more, an override most', () => {
  const group = experimentGroup('optimizers')
    .share({ dataset: 'cifar10', model: 'resnet20', epochs: 5, seed: 3 })
    .add('sgd')
    .add('adam', { optimizer: 'adam', epochs: 9 })
    .add(experiment('wide').model('davidnet'));
  const resolved = resolveGroup(group, { overrides: { batchSize: 32 } });
  const facts = [...resolved].map(({ name, experiment: one }) => [
    ...[name, one.model, one.optimizer, one.epochs, one.seed, one.batchSize],
  ]);
  expect(facts).toEqual([
    ['sgd', 'resnet20', 'sgd', 5, 3, 32],
    ['adam', 'resnet20', 'adam', 9, 3, 32],
    ['wide', 'davidnet', 'sgd', 5, 3, 32],
  ]);
  expect(resolved.at(1)?.name).toBe('adam');
  expect(resolved.at('wide')?.experiment.model).toBe('davidnet');
  expect([resolved.length, resolved.name, isGroup(group.toJSON())]).toEqual([
    ...[3, 'optimizers', true],
  ]);
});

test('a repetition is the same experiment with the next seed', () => {
  const group = experimentGroup('three').repeat(3).add('a', { seed: 5 }).add('b');
  const seeds = [...resolveGroup(group)].map(({ name, experiment: one }) => `${name} ${one.seed}`);
  expect(seeds).toEqual(['a 5', 'a 6', 'a 7', 'b 0', 'b 1', 'b 2']);
});

const refused: [object, string][] = [
  [{}, 'g.json: expected name and experiments to be given, got none.'],
  [{ name: 'g', experiments: [] }, 'expected experiments to be a list of at least one, got []'],
  [{ name: 'g', experiments: [{}] }, 'g.json: experiment 1: expected name to be given, got none.'],
  [{ name: '../g', experiments: [{ name: 'a' }] }, 'expected name to be letters, digits'],
  [{ name: 'g', experiments: [{ name: 'a/b' }] }, 'experiment 1: expected name to be letters'],
  [{ name: 'g', experiments: [{ name: 'a' }, { name: 'a' }] }, 'different for each experiment'],
  [{ name: 'g', experiments: [{ name: 'a' }], repeat: 0 }, 'expected repeat to be a positive'],
  [{ name: 'g', experiments: [{ name: 'a' }], share: {} }, 'Did you mean "shared"?'],
  [
    { name: 'g', experiments: [{ name: 'a' }, { name: 'b', epohcs: 2 }] },
    'g.json: experiment 2 (b): unknown setting epohcs. Did you mean "epochs"?',
  ],
];

test.each(refused)('%j is refused before anything is run', (input, sentence) => {
  expect(() => resolveGroup(input, { where: 'g.json' })).toThrow(sentence);
});
