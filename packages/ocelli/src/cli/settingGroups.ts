import type { SettingName } from '../train/experiment/settings.ts';

/** The headings of `--help`, and the settings below each. */
const groups: Readonly<Record<string, readonly SettingName[]>> = {
  'Pictures and labels': [
    'data',
    'table',
    'images',
    'imageColumn',
    'labelColumns',
    'ignoreColumns',
    'groupColumn',
    'corrections',
    'dataset',
    'validationShare',
    'testShare',
    'imageSize',
    'fit',
    'maxPixels',
    'constants',
    'pixelRange',
    'onBadImage',
  ],
  Network: ['model', 'startFrom', 'freeze'],
  'Length and batches': ['epochs', 'batchSize', 'autoBatch', 'gradientAccumulation', 'stages'],
  'Optimizer and learning rate': [
    'optimizer',
    'lr',
    'findLr',
    'schedule',
    'scheduleOptions',
    'peakEpoch',
    'momentum',
    'nesterov',
    'weightDecay',
    'gradientClip',
    'emaDecay',
    'emaWarmup',
    'lookaheadSteps',
    'lookaheadAlpha',
  ],
  Loss: ['lossReduction', 'labelSmoothing', 'attributes', 'lossWeights', 'gradients', 'trunkLr'],
  'Augmentation and balance': [
    'augmentation',
    'originals',
    'pad',
    'padMode',
    'flip',
    'cutout',
    'balance',
    'oversampling',
  ],
  'Validation and early ends': [
    'best',
    'metrics',
    'views',
    'patience',
    'minDelta',
    'budgetMinutes',
    'budgetSamples',
  ],
  'What is kept': [
    'saveEverySteps',
    'saveEveryEpochs',
    'saveEveryMinutes',
    'keepCheckpoints',
    'keepBest',
    'tensorboard',
  ],
  'Machine and repetition': ['seed', 'device', 'threads', 'precision', 'cudaGraph'],
  Trials: ['fastDevRun', 'overfitBatch'],
};

const headings: ReadonlyMap<string, string> = new Map(
  Object.entries(groups).flatMap(([heading, names]) =>
    names.map((name): [string, string] => [name, `${heading}:`]),
  ),
);

/** The heading that a setting stands below in `--help`. */
export function settingHeading(name: SettingName): string {
  const heading = headings.get(name);
  if (heading === undefined) throw new Error(`internal: no heading for ${name}`);
  return heading;
}
