/** Settings that a table of pictures is opened by. */
export const tableSettings = [
  'table',
  'images',
  'imageColumn',
  'labelColumns',
  'ignoreColumns',
  'groupColumn',
  'corrections',
  'oversampling',
  'testShare',
] as const;
type TableSettingName = (typeof tableSettings)[number];

/** Settings of models with many heads. */
export const attributesSettings = ['attributes', 'lossWeights', 'gradients', 'trunkLr'] as const;
type AttributesSettingName = (typeof attributesSettings)[number];

/** Settings of what comes from outside before the first step. */
export const startSettings = ['findLr', 'metrics', 'startFrom'] as const;
type StartSettingName = (typeof startSettings)[number];

/** Settings that mean something when they are absent, or that another setting can switch off. */
export type Nullable =
  | 'data'
  | TableSettingName
  | 'dataset'
  | 'validationShare'
  | AttributesSettingName
  | 'imageSize'
  | 'constants'
  | 'pixelRange'
  | 'gradientClip'
  | 'threads'
  | 'peakEpoch'
  | 'momentum'
  | 'nesterov'
  | 'padMode'
  | 'augmentation'
  | 'scheduleOptions'
  | 'patience'
  | 'minDelta'
  | 'budgetMinutes'
  | 'budgetSamples'
  | 'emaDecay'
  | 'lookaheadSteps'
  | 'lookaheadAlpha'
  | 'keepBest'
  | StartSettingName
  | 'saveEverySteps'
  | 'freeze';
