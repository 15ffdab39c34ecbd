import { expect, test } from 'vitest';
import { type ExperimentInput, resolveExperiment } from './experiment.ts';
import { atStage, stageCount, type StageInput, withStage } from './stages.ts';
import { stageSettings } from './stageSettings.ts';

const staged = resolveExperiment({
  lr: 0.3,
  epochs: 8,
  pad: 2,
  stages: [
    { imageSize: 32 },
    { epochs: 3, freeze: ['stem'], schedule: 'cosine' },
    { imageSize: 64, from: 'last', optimizer: 'adam', augmentation: [{ flip: {} }] },
  ],
});

test('a stage is as the experiment but for what is said of it', () => {
  expect(stageCount(staged)).toBe(3);
  const [first, second, third] = [1, 2, 3].map((number) => atStage(staged, number));
  expect(first).toMatchObject({ imageSize: 32, epochs: 8, lr: 0.3, pad: 2, freeze: null });
  expect(second).toMatchObject({ imageSize: null, epochs: 3, lr: 0.3, freeze: ['stem'] });
  // The peak is a matter of the triangle, and an optimizer has a learning rate of its own.
  expect([first?.peakEpoch, second?.peakEpoch, second?.schedule]).toEqual([2, null, 'cosine']);
  expect(third).toMatchObject({ imageSize: 64, optimizer: 'adam', lr: 0.001, momentum: null });
  expect(third).toMatchObject({ pad: 0, augmentation: [{ flip: {} }] });
  expect(staged.stages?.map(({ from }) => from)).toEqual([null, 'best', 'last']);
});

const points = {
  schedule: 'piecewise',
  scheduleOptions: {
    points: [
      [0, 0.1],
      [8, 0],
    ],
  },
} as const;

test('a stage with another schedule keeps the momentum and the rate, where that reads them', () => {
  const parts = [0, 10].map((fromEpoch) => ({ fromEpoch, schedule: { oneCycle: {} } }));
  const { stages } = resolveExperiment({
    momentum: 0.8,
    lr: 0.3,
    stages: [
      {},
      { schedule: 'cosine' },
      { schedule: 'oneCycle' },
      { schedule: 'sequence', scheduleOptions: { parts } },
      points,
    ],
  });
  expect(stages?.map(({ momentum, lr }) => [momentum, lr])).toEqual([
    [0.8, 0.3],
    [0.8, 0.3],
    [null, 0.3],
    [null, 0.3],
    [0.8, 0.4], // the usual rate, which nothing reads
  ]);
  const plain = resolveExperiment({ momentum: 0.7, lr: 0.3 });
  const added = (stage: StageInput) => atStage(withStage(plain, stage, resolveExperiment), 2);
  expect(added({ schedule: 'cosine' })).toMatchObject({ momentum: 0.7, lr: 0.3 });
  expect(added(points)).toMatchObject({ momentum: 0.7, lr: 0.4 });
});

test('every setting that a stage can have is a setting, and is stored for each stage', () => {
  for (const stage of staged.stages ?? []) {
    expect(Object.keys(stage).sort()).toEqual([...stageSettings, 'from'].sort());
  }
});

test.each([
  [[{ model: 'resnet18' }], 'experiment, stage 1: expected no setting model. It holds for the'],
  [[{}, { imagesize: 9 }], 'experiment, stage 2: expected no setting imagesize. Did you mean'],
  [[{}, { epochs: 0 }], 'experiment, stage 2: expected epochs to be a positive integer, got 0'],
  [[{ from: 'best' }], 'expected no from in the first stage, which begins with new weights'],
  [[{}, { from: 'first' }], 'stage 2: expected from to be best or last, got "first"'],
  [[{ epochs: 2, peakEpoch: 3 }], 'stage 1: expected peakEpoch to be below epochs (2), got 3'],
  [[], 'expected stages to be a list of stages'],
] as [object[], string][])('%j is refused', (stages, message) => {
  expect(() => resolveExperiment({ stages } as ExperimentInput)).toThrow(message);
});

test('one more stage is like the last one, from its last weights or its best', () => {
  const more = withStage(staged, { epochs: 2, from: 'last' }, resolveExperiment);
  expect(stageCount(more)).toBe(4);
  expect(atStage(more, 4)).toMatchObject({ epochs: 2, imageSize: 64, optimizer: 'adam', pad: 0 });
  expect(more.stages?.at(-1)?.from).toBe('last');
  expect(more.stages?.slice(0, 3)).toEqual(staged.stages);
});

test('an experiment without stages becomes the first of two', () => {
  const plain = resolveExperiment({ epochs: 8, lr: 0.2 });
  const more = withStage(plain, { epochs: 2, lr: 0.01 }, resolveExperiment);
  expect(more.stages?.map(({ epochs, lr, from }) => [epochs, lr, from])).toEqual([
    [8, 0.2, null],
    [2, 0.01, 'best'],
  ]);
  expect(atStage(more, 1)).toEqual({ ...plain, stages: more.stages });
});
