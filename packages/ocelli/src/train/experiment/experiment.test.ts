import { expect, test } from 'vitest';
import { settingEntries } from './checkedSettings.ts';
import { type ExperimentInput, resolveExperiment } from './experiment.ts';
import type { SettingName } from './settings.ts';

test('without any setting: the recipe that really ran, with a decay that decays', () => {
  expect(resolveExperiment({})).toEqual({
    data: null,
    dataset: 'cifar10',
    table: null,
    images: null,
    imageColumn: null,
    labelColumns: null,
    ignoreColumns: null,
    groupColumn: null,
    corrections: null,
    oversampling: null,
    testShare: null,
    validationShare: null,
    imageSize: null,
    fit: 'cover',
    maxPixels: 40_000_000,
    constants: null,
    pixelRange: null,
    onBadImage: 'error',
    model: 'davidnet',
    epochs: 20,
    batchSize: 512,
    optimizer: 'sgd',
    lr: 0.4,
    schedule: 'triangle',
    peakEpoch: 5,
    momentum: 0.9,
    nesterov: true,
    weightDecay: 5e-4,
    lossReduction: 'sum',
    labelSmoothing: 0,
    attributes: null,
    lossWeights: null,
    gradients: null,
    trunkLr: null,
    best: 'accuracy',
    views: 'one',
    gradientClip: null,
    patience: null,
    minDelta: null,
    budgetMinutes: null,
    budgetSamples: null,
    emaDecay: null,
    emaWarmup: false,
    lookaheadSteps: null,
    lookaheadAlpha: null,
    gradientAccumulation: 1,
    precision: 'float32',
    cudaGraph: false,
    autoBatch: false,
    findLr: null,
    metrics: null,
    startFrom: null,
    fastDevRun: false,
    overfitBatch: false,
    keepBest: null,
    freeze: null,
    stages: null,
    saveEverySteps: null,
    saveEveryEpochs: 1,
    saveEveryMinutes: 5,
    keepCheckpoints: 2,
    scheduleOptions: null,
    augmentation: null,
    originals: false,
    balance: 0,
    pad: 4,
    padMode: 'reflect',
    flip: true,
    cutout: 0,
    tensorboard: false,
    seed: 0,
    device: 'cpu',
    threads: null,
  });
});

test('a table has defaults of its own: larger pictures, smaller batches, a network with heads', () => {
  const table = { table: 'labels.csv' };
  expect(resolveExperiment(table)).toMatchObject({
    imageSize: 112,
    model: 'davidnet-heads',
    batchSize: 64,
    lr: 0.05,
    lossReduction: 'mean',
    lossWeights: 'equal',
  });
  expect(resolveExperiment({ ...table, optimizer: 'adam' }).lr).toBe(0.001);
});

test('a resolved experiment resolves to itself, so a stored one can be read back', () => {
  const inputs: ExperimentInput[] = [
    {},
    { optimizer: 'adamw' },
    { schedule: 'constant', pad: 0 },
    { augmentation: [{ flip: {} }] },
    { findLr: 'valley', autoBatch: true, metrics: 'metrics.js' },
    { stages: [{ epochs: 2 }, { schedule: 'constant', freeze: ['stem'] }, { optimizer: 'adam' }] },
    { fit: 'fill', stages: [{ imageSize: 8 }, { imageSize: 16 }] },
    { stages: [{ imageSize: 8 }, {}] },
  ];
  for (const input of inputs) {
    const once = resolveExperiment(input);
    expect(resolveExperiment(JSON.parse(JSON.stringify(once)))).toEqual(once);
  }
});

const other: Required<ExperimentInput> = {
  data: '/pictures',
  dataset: 'cifar100',
  table: 'labels.csv',
  images: '/pictures',
  imageColumn: 'file',
  labelColumns: ['gender', 'age'],
  ignoreColumns: ['remark'],
  groupColumn: 'person',
  corrections: ['pose = Back => emotion := Neutral'],
  oversampling: ['emotion != Neutral x6'],
  testShare: 0.1,
  validationShare: 0.2,
  imageSize: 64,
  fit: 'contain',
  maxPixels: 1_000_000,
  constants: 'persons',
  pixelRange: [0, 127],
  onBadImage: 'skip',
  model: 'resnet-small',
  freeze: ['stem'],
  stages: [{ epochs: 4 }, { epochs: 2, lr: 0.01 }],
  epochs: 3,
  batchSize: 7,
  optimizer: 'adam',
  lr: 0.2,
  schedule: 'constant',
  scheduleOptions: { warmupEpochs: 2 },
  peakEpoch: 2.5,
  momentum: 0.8,
  nesterov: false,
  weightDecay: 0.1,
  lossReduction: 'mean',
  labelSmoothing: 0.1,
  attributes: { gender: { lossWeight: 0.3 } },
  lossWeights: 'classCount',
  gradients: 'projected',
  trunkLr: 0.5,
  best: 'loss',
  views: 'mirror',
  gradientClip: 5,
  patience: 4,
  minDelta: 0.01,
  budgetMinutes: 30,
  budgetSamples: 5000,
  emaDecay: 0.99,
  emaWarmup: true,
  lookaheadSteps: 6,
  lookaheadAlpha: 0.8,
  gradientAccumulation: 4,
  precision: 'bfloat16',
  cudaGraph: true,
  autoBatch: true,
  findLr: 'steepest',
  metrics: 'metrics.js',
  startFrom: 'runs/other/1',
  fastDevRun: true,
  overfitBatch: true,
  keepBest: 3,
  saveEverySteps: 100,
  saveEveryEpochs: 3,
  saveEveryMinutes: 2,
  keepCheckpoints: 7,
  augmentation: [{ rotate: { degrees: 5 } }],
  tensorboard: true,
  originals: true,
  balance: 0.5,
  pad: 2,
  padMode: 'zeros',
  flip: false,
  cutout: 8,
  seed: 9,
  device: 'cuda:1',
  threads: 3,
};

/** What a setting must stand beside to mean anything; those of tables need a table. */
function companionOf(name: SettingName): ExperimentInput {
  if (name === 'scheduleOptions') return { schedule: 'cosine' };
  if (name === 'minDelta') return { patience: 3 };
  if (name === 'fit') return { imageSize: 64 };
  if (name === 'emaWarmup') return { emaDecay: 0.9 };
  if (name === 'lookaheadAlpha') return { lookaheadSteps: 5 };
  if (name === 'precision' || name === 'cudaGraph') return { device: 'cuda' };
  try {
    resolveExperiment({ [name]: other[name] });
    return {};
  } catch (error) {
    expect(String(error)).toContain(`expected no ${name} without a table`);
    return { table: 'labels.csv' };
  }
}

const plain = settingEntries().filter(([name]) => name !== 'stages'); // stages have tests of their own

test.each(plain.map(([name]) => name))('%s takes the value it is given', (name) => {
  const input = { ...companionOf(name), [name]: other[name] };
  const { stages: _, ...resolved } = resolveExperiment(input);
  expect({ ...resolved }[name as keyof typeof resolved]).toBe(other[name]);
});

test('a schedule that sets the momentum leaves no momentum to be given, and its options are checked', () => {
  const cycle = { schedule: 'oneCycle' } as const;
  expect(resolveExperiment(cycle)).toMatchObject({
    momentum: null,
    nesterov: true,
    peakEpoch: null,
  });
  expect(() => resolveExperiment({ ...cycle, momentum: 0.8 })).toThrow(
    'expected no momentum with schedule oneCycle, which sets it, got 0.8.',
  );
  const options = { schedule: 'cosine', scheduleOptions: { warmupEpoch: 2 } };
  expect(() => resolveExperiment(options)).toThrow('warmupEpochs');
});

test.each(settingEntries())('%s has a default that its help can say', (_, setting) => {
  const hasValue = setting.fallback !== undefined;
  expect(hasValue || setting.fallbackText !== undefined).toBe(true);
  if (hasValue) expect(setting.schema.safeParse(setting.fallback).success).toBe(true);
});

const optimizers = [
  ['sgd', 0.4, 0.9, 5e-4, 'sum'],
  ['adam', 0.001, null, 0, 'mean'],
  ['adamw', 0.001, null, 0.01, 'mean'],
] as const;

test.each(optimizers)('%s brings its own defaults', (optimizer, lr, momentum, decay, reduction) => {
  expect(resolveExperiment({ optimizer })).toMatchObject({
    lr,
    momentum,
    weightDecay: decay,
    lossReduction: reduction,
  });
});

const refused: [Record<string, unknown>, string][] = [
  [{ fit: 'contain' }, 'experiment: expected fit to be left out without imageSize, got "contain".'],
  [
    { fit: 'contain', stages: [{ imageSize: 8 }, { epochs: 2 }] },
    'experiment, stage 2: expected fit to be left out without imageSize, got "contain".',
  ],
  [
    { imageSize: 8, fit: 'contian' },
    'experiment: expected fit to be one of cover, contain, fill, got "contian". Did you mean "contain"?',
  ],
  [{ maxPixels: 0 }, 'experiment: expected maxPixels to be a positive integer, got 0.'],
  [
    { emaWarmup: true },
    'experiment: expected no emaWarmup without emaDecay, got true. It would have no effect.',
  ],
  [
    { emaDecay: 0.9, lookaheadSteps: 5 },
    'experiment: expected no lookaheadSteps with emaDecay: there is one average, got 5. It would have no effect.',
  ],
  [
    { lookaheadAlpha: 0.5 },
    'experiment: expected no lookaheadAlpha without lookaheadSteps, got 0.5. It would have no effect.',
  ],
  [
    { precision: 'bfloat16' },
    'experiment: expected precision to be float32 on the CPU, which has no mixed precision here, got "bfloat16".',
  ],
  [{ cudaGraph: true }, 'experiment: expected cudaGraph to be off on the CPU, got true.'],
  [
    { cudaGraph: true, device: 'cuda', gradientAccumulation: 2 },
    'experiment: expected cudaGraph to be off with gradientAccumulation, got true.',
  ],
  [
    { cudaGraph: true, device: 'cuda', table: 'labels.csv', gradients: 'separate' },
    'experiment: expected cudaGraph to be off unless gradients are joint, got true.',
  ],
  [
    { fastDevRun: true, overfitBatch: true },
    'experiment: expected overfitBatch to be off in a fast dev run, got true.',
  ],
  [
    { keepCheckpoints: 'all', keepBest: 2 },
    'experiment: expected no keepBest where all checkpoints are kept, got 2. It would have no effect.',
  ],
  [
    { keepCheckpoints: 0 },
    'experiment: expected keepCheckpoints to be a positive integer or all, got 0.',
  ],
  [
    { table: 'labels.csv', gradients: 'projected', gradientAccumulation: 2 },
    'experiment: expected gradientAccumulation to be 1 where gradients are projected, got 2.',
  ],
  [{ epoch: 3 }, 'experiment: unknown setting epoch. Did you mean "epochs"?'],
  [{ epochs: 0 }, 'experiment: expected epochs to be a positive integer, got 0.'],
  [{ epochs: 1.5 }, 'experiment: expected epochs to be a positive integer, got 1.5.'],
  [{ lr: '0,1' }, 'experiment: expected lr to be a number of at least 0, got "0,1".'],
  [
    { model: 'davidne' },
    'experiment: expected model to be a model that `ocelli summary` lists, got "davidne". Did you mean "davidnet"?',
  ],
  [
    { optimizer: 'adam', momentum: 0.5 },
    'experiment: expected no momentum with optimizer adam; only sgd reads it, got 0.5. It would have no effect.',
  ],
  [
    { schedule: 'constant', peakEpoch: 3 },
    'experiment: expected no peakEpoch with schedule constant, got 3. It would have no effect.',
  ],
  [
    { data: '/pictures', dataset: 'cifar10' },
    'experiment: expected no dataset with data of your own, got "cifar10". It would have no effect.',
  ],
  [
    { pad: 0, padMode: 'zeros' },
    'experiment: expected no padMode without padding, got "zeros". It would have no effect.',
  ],
  [
    { table: 'labels.csv', data: '/pictures' },
    'experiment: expected no data with a table; the folder its paths start from is images, got "/pictures". It would have no effect.',
  ],
  [
    { table: 'labels.csv', lossWeights: 'learned', gradients: 'separate' },
    'experiment: expected gradients to be joint where lossWeights are learned, got "separate".',
  ],
  [
    { table: 'labels.csv', lossWeights: 'learned', lossReduction: 'sum' },
    'experiment: expected lossReduction to be mean where lossWeights are learned, got "sum".',
  ],
  [
    { table: 'labels.csv', attributes: { gender: { lossWieght: 2 } } },
    'experiment: unknown option attributes.gender.lossWieght. Did you mean "lossWeight"?',
  ],
  [
    { table: 'labels.csv', attributes: { gender: { loss: 'hinge' } } },
    'experiment: expected attributes.gender.loss to be one of crossEntropy, focal, binary, got "hinge".',
  ],
  [{ epochs: 4, peakEpoch: 4 }, 'experiment: expected peakEpoch to be below epochs (4), got 4.'],
  [
    { momentum: 0, nesterov: true },
    'experiment: expected nesterov to be off without momentum, got true.',
  ],
  [
    { optimizer: 'adamw', lossReduction: 'sum' },
    'experiment: expected lossReduction to be mean with optimizer adamw, got "sum".',
  ],
];

test.each(refused)('refuses %j', (input, message) => {
  expect(() => resolveExperiment(input)).toThrow(expect.objectContaining({ message }));
});

test('all problems are said at once', () => {
  expect(() => resolveExperiment({ epochs: -1, modle: 'x' })).toThrow(
    'experiment: expected epochs to be a positive integer, got -1.\nexperiment: unknown setting modle. Did you mean "model"?',
  );
});

test('messages speak of the place and the names the user wrote', () => {
  const options = { where: 'ocelli train', nameOf: (name: string) => `--${name}` };
  expect(() => resolveExperiment({ epochs: 0 }, options)).toThrow(
    'ocelli train: expected --epochs to be a positive integer, got 0.',
  );
});

test.each([[[]], ['text'], [null]])('refuses %j as a whole', (input) => {
  expect(() => resolveExperiment(input)).toThrow('expected the settings to be one object');
});

test('originals beside nothing that changes them are refused', () => {
  const nothing = { pad: 0, flip: false, originals: true };
  expect(() => resolveExperiment(nothing)).toThrow('expected originals to be off without any');
  expect(resolveExperiment({ ...nothing, cutout: 4 }).originals).toBe(true);
});

test('a range that changes nothing, falls, or stands beside constants is refused', () => {
  const rule = 'expected pixelRange to be two rising numbers such as [0, 1], other than [0, 255]';
  for (const pixelRange of [[1, 0], [0, 255], [0]]) {
    const input = { pixelRange } as unknown as ExperimentInput;
    expect(() => resolveExperiment(input)).toThrow(rule);
  }
  expect(() => resolveExperiment({ pixelRange: [0, 1], constants: 'imagenet' })).toThrow(
    'expected no constants with pixelRange, got "imagenet". It would have no effect.',
  );
});
