import { z } from 'zod';
import { constantsNames } from '../../data/constants.ts';
import { datasetNames } from '../../data/datasetNames.ts';
import { DEFAULT_MAX_PIXELS, fitNames } from '../../data/decodingDefaults.ts';
import { modelNames } from '../../models/modelNames.ts';
import { type AttributesInput, refusedAttributes } from './attributeSettings.ts';
import { loopSettings } from './loopSettings.ts';
import { scheduleEntries } from '../schedules/createSchedule.ts';
import {
  betweenZeroAndOne,
  choice,
  define,
  flag,
  notNegative,
  positiveInteger,
  share,
  text,
  texts,
} from './setting.ts';

/** Share of the training pictures held back where the data has no other part to validate on. */
export const defaultValidationShare = 0.15;

/**
 * What is different by default for a table: its pictures are fewer and larger, seldom of one size, and the
 * losses of its heads add up.
 */
export const tableDefaults = {
  imageSize: 112,
  model: 'davidnet-heads',
  batchSize: 64,
  lr: 0.05, // of sgd
} as const;

export const optimizerNames = ['sgd', 'adam', 'adamw'] as const;
export type OptimizerName = (typeof optimizerNames)[number];

/** Which views of a picture an answer is the mean over. */
export const viewNames = ['one', 'mirror'] as const;
/** One of the choices of views. */
export type ViewsName = (typeof viewNames)[number];

/** Schedules by name, `triangle` first. */
const scheduleNames = [
  'triangle',
  ...[...scheduleEntries.keys()].filter((name) => name !== 'triangle'),
];

/** Settings whose defaults go with the optimizer; `null` marks one that it does not read. */
export const optimizerDefaults = {
  sgd: { lr: 0.4, momentum: 0.9, nesterov: true, weightDecay: 5e-4, lossReduction: 'sum' },
  adam: { lr: 1e-3, momentum: null, nesterov: null, weightDecay: 0, lossReduction: 'mean' },
  adamw: { lr: 1e-3, momentum: null, nesterov: null, weightDecay: 1e-2, lossReduction: 'mean' },
} as const;

function byOptimizer(key: keyof (typeof optimizerDefaults)['sgd']): string {
  return optimizerNames
    .filter((name) => optimizerDefaults[name][key] !== null)
    .map((name) => `${name} ${optimizerDefaults[name][key]}`)
    .join(', ');
}

/**
 * Every setting of an experiment. The one place where they are named, bounded and defaulted; the
 * command line, its help and the experiment file follow from it.
 *
 * The defaults are the recipe that reached 94.1 % on CIFAR-10 as it really ran, with one intended
 * difference: there the weight decay was computed and thrown away, so nothing decayed; here it does.
 */
export const settings = {
  data: define(text, {
    help: 'pictures: a folder train/<class>/*, test/<class>/*, an archive of it, or CIFAR binary batches',
    fallbackText: 'the published data set, from the cache or else downloaded',
  }),
  table: define(text, {
    help: 'pictures with attributes: a CSV file with a column of paths and any number of label columns',
    fallbackText: 'none',
  }),
  images: define(text, {
    help: 'folder that the paths in the table start from',
    fallbackText: "the table's own",
  }),
  imageColumn: define(text, { help: 'column of paths', fallbackText: 'found by its content' }),
  labelColumns: define(texts, {
    help: 'column that is an attribute; may be given again, in the order of the attributes',
    fallbackText: 'all that hold classes',
  }),
  ignoreColumns: define(texts, {
    help: 'column that is no attribute; may be given again',
    fallbackText: 'none',
  }),
  groupColumn: define(text, {
    help: 'rows with the same value here stay in one part of the split',
    fallbackText: 'none',
  }),
  corrections: define(texts, {
    help: 'label correction, such as "bodypose = Back => emotion := Neutral"; may be given again',
    fallbackText: 'none',
  }),
  oversampling: define(texts, {
    help: 'rule that repeats training rows, such as "emotion != Neutral x6"; may be given again',
    fallbackText: 'none',
  }),
  dataset: define(choice(datasetNames), {
    help: 'published data set to train on, where no data is given',
    fallbackText: 'cifar10',
  }),
  validationShare: define(betweenZeroAndOne, {
    help: 'share of the training pictures held back to validate on',
    fallbackText: `none where the data has a part for that, else ${defaultValidationShare}`,
  }),
  testShare: define(betweenZeroAndOne, {
    help: 'share of the rows of a table held back to test on',
    fallbackText: 'none',
  }),
  imageSize: define(positiveInteger(4096), {
    help: 'side in pixels to which pictures are resized once, when they are decoded',
    fallbackText: `the size the pictures have; of a table, ${tableDefaults.imageSize}`,
  }),
  fit: define(choice(fitNames), {
    help: 'how pictures of another shape come to that size: their middle, whole between black bars, or stretched',
    fallback: 'cover',
  }),
  maxPixels: define(positiveInteger(), {
    help: 'largest picture, in pixels; a larger one counts as one that cannot be decoded',
    fallback: DEFAULT_MAX_PIXELS,
  }),
  constants: define(choice(constantsNames), {
    help: 'published mean and deviation to normalize with',
    fallbackText: 'those of the published data set, else of the training pictures',
  }),
  pixelRange: define(
    {
      schema: z
        .tuple([z.number(), z.number()])
        .refine(([low, high]) => low < high && !(low === 0 && high === 255)),
      rule: 'two rising numbers such as [0, 1], other than [0, 255]',
    },
    {
      help: 'what black and white become, such as [0,1], without regard to mean and deviation',
      fallbackText: 'normalized: mean 0 and deviation 1',
    },
  ),
  onBadImage: define(choice(['error', 'skip']), {
    help: 'what to do about a picture that cannot be decoded',
    fallback: 'error',
  }),
  model: define(
    { schema: z.enum(modelNames), rule: 'a model that `ocelli summary` lists' },
    {
      help: 'network; `ocelli summary` lists them',
      fallback: 'davidnet',
      fallbackText: `davidnet; of a table, ${tableDefaults.model}`,
    },
  ),
  freeze: define(texts, {
    help: 'part of the network that does not learn, such as trunk or "heads.*.output"; may be given again',
    fallbackText: 'none',
  }),
  stages: define(
    {
      schema: z.array(z.record(z.string(), z.unknown())).min(1),
      rule: 'a list of stages such as [{"imageSize": 64}, {"imageSize": 112, "lr": 0.01}]',
    },
    {
      help: 'stages of the training as JSON, each with settings of its own, from the best weights of the one before',
      fallbackText: 'one, with all settings as they are',
    },
  ),
  epochs: define(positiveInteger(), {
    help: 'passes over the training pictures',
    fallback: 20,
  }),
  batchSize: define(positiveInteger(), {
    help: 'pictures per step',
    fallback: 512,
    fallbackText: `512; of a table, ${tableDefaults.batchSize}`,
  }),
  optimizer: define(choice(optimizerNames), { help: 'update rule', fallback: 'sgd' }),
  lr: define(
    { schema: z.number().min(0).max(1e31), rule: 'a number of at least 0' },
    {
      help: 'highest learning rate; for a loss that is a mean, so a summed loss divides it by the batch size',
      fallbackText: `${byOptimizer('lr')}; of a table, sgd ${tableDefaults.lr}`,
    },
  ),
  schedule: define(
    { schema: z.enum(scheduleNames), rule: 'a schedule that `ocelli schedule` lists' },
    {
      help: 'learning rate over time; triangle: from 0 up to lr and down to 0. `ocelli schedule` lists and draws them',
      fallback: 'triangle',
    },
  ),
  scheduleOptions: define(
    {
      schema: z.record(z.string(), z.unknown()),
      rule: 'options of the schedule such as {"warmupEpochs": 2}',
    },
    {
      help: 'options of the schedule as JSON, counted in epochs',
      fallbackText: "the schedule's own",
    },
  ),
  peakEpoch: define(
    { schema: z.number().positive(), rule: 'a number between 0 and epochs' },
    {
      help: 'epoch, possibly fractional, at which the triangle peaks',
      fallbackText: '(epochs + 1) / 4, rounded down if 1 or more',
    },
  ),
  momentum: define(share, {
    help: 'share of the last update that carries over, for sgd',
    fallbackText: byOptimizer('momentum'),
  }),
  nesterov: define(flag, {
    help: 'look ahead along the momentum, for sgd',
    fallbackText: byOptimizer('nesterov'),
  }),
  weightDecay: define(notNegative, {
    help: 'pull of every weight towards 0, for a loss that is a mean',
    fallbackText: byOptimizer('weightDecay'),
  }),
  lossReduction: define(choice(['sum', 'mean']), {
    help: 'whether the loss of a step adds up or averages over its pictures',
    fallbackText: `${byOptimizer('lossReduction')}; of attributes, mean`,
  }),
  labelSmoothing: define(share, {
    help: 'share of the target spread evenly over all classes',
    fallback: 0,
  }),
  attributes: define(
    {
      schema: z.custom<AttributesInput>((value) => refusedAttributes(value).length === 0),
      rule: 'options by attribute, such as { "gender": { "lossWeight": 0.3 } }',
    },
    {
      help: 'option of one attribute, such as gender.lossWeight=0.3; may be given again',
      fallbackText: 'none',
    },
  ),
  lossWeights: define(choice(['equal', 'classCount', 'learned']), {
    help: 'of attributes: how much each counts: the same, by its number of classes, or as learned by uncertainty',
    fallbackText: 'equal',
  }),
  gradients: define(choice(['joint', 'separate', 'projected']), {
    help: 'of attributes: one backward pass; heads that follow their own loss alone; or conflicts projected away (PCGrad)',
    fallbackText: 'joint',
  }),
  trunkLr: define(notNegative, {
    help: 'of attributes: factor on the learning rate of the layers that all heads share',
    fallbackText: '1',
  }),
  best: define(text, {
    help: 'figure of the validation that decides the best epoch: accuracy, loss, balancedAccuracy, gender.balancedAccuracy, mean',
    fallback: 'accuracy',
  }),
  views: define(choice(viewNames), {
    help: 'test-time augmentation of every validation, evaluation and prediction: one view of a picture, or mirror, the mean with its mirror image, for two passes',
    fallback: 'one',
  }),
  gradientClip: define(
    { schema: z.number().positive(), rule: 'a number above 0' },
    {
      help: 'longest gradient of a loss that is a mean, as the norm over all parameters; longer ones are shortened',
      fallbackText: 'off',
    },
  ),
  patience: define(positiveInteger(), {
    help: 'epochs without improvement of the best figure after which the run stops',
    fallbackText: 'it never stops early',
  }),
  minDelta: define(notNegative, {
    help: 'with patience: what counts as an improvement, more than this',
    fallbackText: '0',
  }),
  budgetMinutes: define(
    { schema: z.number().positive(), rule: 'a number above 0' },
    { help: 'minutes of work after which the run stops', fallbackText: 'without limit' },
  ),
  ...loopSettings,
  saveEverySteps: define(positiveInteger(), {
    help: 'steps between checkpoints within an epoch',
    fallbackText: 'none',
  }),
  saveEveryEpochs: define(positiveInteger(), {
    help: 'epochs between checkpoints; best weights are saved after every epoch',
    fallback: 1,
  }),
  saveEveryMinutes: define(
    { schema: z.number().positive(), rule: 'a number above 0' },
    { help: 'minutes of work between checkpoints within an epoch', fallback: 5 },
  ),
  augmentation: define(
    {
      schema: z.array(z.record(z.string(), z.unknown())).min(1),
      rule: 'a list of transforms such as [{"flip": {}}, {"rotate": {"degrees": 15}}]',
    },
    {
      help: 'transforms of the training pictures before they are normalized, as JSON, instead of pad, flip and cutout',
      fallbackText: 'those of pad, flip and cutout',
    },
  ),
  originals: define(flag, {
    help: 'also train on the pictures as they are: a batch of them before each augmented one, so that an epoch has twice the steps',
    fallback: false,
  }),
  balance: define(share, {
    help: 'how far the classes of all attributes are evened out by drawing pictures more or less often; 0 is off',
    fallback: 0,
  }),
  pad: define(
    { schema: z.int().min(0), rule: 'an integer of 0 or more' },
    { help: 'pixels added at each edge before a random crop back to size; 0 is off', fallback: 4 },
  ),
  padMode: define(choice(['reflect', 'zeros']), {
    help: 'what the added pixels hold',
    fallbackText: 'reflect',
  }),
  flip: define(flag, { help: 'mirror half of the pictures left to right', fallback: true }),
  cutout: define(
    { schema: z.int().min(0), rule: 'an integer of 0 or more' },
    { help: 'side in pixels of a square set to the mean in every picture; 0 is off', fallback: 0 },
  ),
  tensorboard: define(flag, {
    help: 'also write the run for TensorBoard: tensorboard --logdir runs',
    fallback: false,
  }),
  seed: define(
    { schema: z.int().min(0), rule: 'an integer from 0 to 2^53 - 1' },
    { help: 'of weights, data order and augmentation', fallback: 0 },
  ),
  device: define(
    { schema: z.string().regex(/^(cpu|cuda(:\d+)?)$/), rule: 'cpu, cuda or cuda:<n>' },
    { help: 'where to compute: cpu, cuda or cuda:<n>', fallback: 'cpu' },
  ),
  threads: define(positiveInteger(4096), {
    help: 'threads libtorch computes with',
    fallbackText: 'one a core',
  }),
} as const;

export type Settings = typeof settings;
export type SettingName = keyof Settings;
