import { Command } from 'commander';
import { expect, test } from 'vitest';
import { settingEntries } from '../train/experiment/checkedSettings.ts';
import { resolveExperiment } from '../train/experiment/experiment.ts';
import { addSettingOptions, settingsAmong } from './settingOptions.ts';

/** Behind the settings that mean something for a table alone. */
const ofTable = ['--table', 'labels.csv'];

/** For every setting: words of a command line, what they mean, and the default that its help says. */
const table: [name: string, words: string[], value: unknown, fallback: string][] = [
  ['data', ['--data', 'x'], 'x', 'the published data set, from the cache or else downloaded'],
  ['table', ['--table', 'labels.csv'], 'labels.csv', 'none'],
  ['images', ['--images', 'x', ...ofTable], 'x', "the table's own"],
  ['imageColumn', ['--image-column', 'x', ...ofTable], 'x', 'found by its content'],
  [
    'labelColumns',
    ['--label-columns', 'b', '--label-columns', 'a', ...ofTable],
    ['b', 'a'],
    'all that hold classes',
  ],
  ['ignoreColumns', ['--ignore-columns', 'x, y', ...ofTable], ['x, y'], 'none'],
  ['groupColumn', ['--group-column', 'x', ...ofTable], 'x', 'none'],
  ['corrections', ['--corrections', 'a = b => c := d', ...ofTable], ['a = b => c := d'], 'none'],
  ['oversampling', ['--oversampling', 'a = b x2', ...ofTable], ['a = b x2'], 'none'],
  ['dataset', ['--dataset', 'cifar100'], 'cifar100', 'cifar10'],
  [
    'validationShare',
    ['--validation-share', '0.2'],
    0.2,
    'none where the data has a part for that, else 0.15',
  ],
  ['testShare', ['--test-share', '0.1', ...ofTable], 0.1, 'none'],
  ['imageSize', ['--image-size', '64'], 64, 'the size the pictures have; of a table, 112'],
  ['fit', ['--fit', 'contain', '--image-size', '64'], 'contain', 'cover'],
  ['maxPixels', ['--max-pixels', '1000000'], 1_000_000, '40000000'],
  [
    'constants',
    ['--constants', 'persons'],
    'persons',
    'those of the published data set, else of the training pictures',
  ],
  ['pixelRange', ['--pixel-range', '[0, 1]'], [0, 1], 'normalized: mean 0 and deviation 1'],
  ['onBadImage', ['--on-bad-image', 'skip'], 'skip', 'error'],
  ['model', ['--model', 'resnet-small'], 'resnet-small', 'davidnet; of a table, davidnet-heads'],
  [
    'freeze',
    ['--freeze', 'stem', '--freeze', 'heads.*.output'],
    ['stem', 'heads.*.output'],
    'none',
  ],
  [
    'stages',
    ['--stages', '[{"imageSize":64},{"lr":0.5}]'],
    [expect.objectContaining({ imageSize: 64 }), expect.objectContaining({ lr: 0.5 })],
    'one, with all settings as they are',
  ],
  ['epochs', ['--epochs', '3'], 3, '20'],
  ['batchSize', ['--batch-size', '7'], 7, '512; of a table, 64'],
  ['optimizer', ['--optimizer', 'adam'], 'adam', 'sgd'],
  ['lr', ['--lr', '1e-2'], 0.01, 'sgd 0.4, adam 0.001, adamw 0.001; of a table, sgd 0.05'],
  ['schedule', ['--schedule', 'constant'], 'constant', 'triangle'],
  [
    'scheduleOptions',
    ['--schedule-options', '{"warmupEpochs":2}', '--schedule', 'cosine'],
    { warmupEpochs: 2 },
    "the schedule's own",
  ],
  ['peakEpoch', ['--peak-epoch', '2.5'], 2.5, '(epochs + 1) / 4, rounded down if 1 or more'],
  ['momentum', ['--momentum', '0.8'], 0.8, 'sgd 0.9'],
  ['nesterov', ['--no-nesterov'], false, 'sgd true'],
  ['weightDecay', ['--weight-decay', '0.1'], 0.1, 'sgd 0.0005, adam 0, adamw 0.01'],
  [
    'lossReduction',
    ['--loss-reduction', 'mean'],
    'mean',
    'sgd sum, adam mean, adamw mean; of attributes, mean',
  ],
  ['labelSmoothing', ['--label-smoothing', '0.1'], 0.1, '0'],
  [
    'attributes',
    ['--attributes', 'a.b.loss=focal', '--attributes', 'a.b.classWeights=[1,2]', ...ofTable],
    { 'a.b': { loss: 'focal', classWeights: [1, 2] } },
    'none',
  ],
  ['lossWeights', ['--loss-weights', 'learned', ...ofTable], 'learned', 'equal'],
  ['gradients', ['--gradients', 'projected', ...ofTable], 'projected', 'joint'],
  ['trunkLr', ['--trunk-lr', '0.1', ...ofTable], 0.1, '1'],
  ['best', ['--best', 'loss'], 'loss', 'accuracy'],
  ['views', ['--views', 'mirror'], 'mirror', 'one'],
  ['gradientClip', ['--gradient-clip', '5'], 5, 'off'],
  ['patience', ['--patience', '4'], 4, 'it never stops early'],
  ['minDelta', ['--min-delta', '0.01', '--patience', '4'], 0.01, '0'],
  ['budgetMinutes', ['--budget-minutes', '30'], 30, 'without limit'],
  ['autoBatch', ['--auto-batch'], true, 'off'],
  ['findLr', ['--find-lr', 'steepest'], 'steepest', 'off'],
  ['startFrom', ['--start-from', 'runs/a/1'], 'runs/a/1', 'none: all begin anew'],
  ['metrics', ['--metrics', 'top2.js'], 'top2.js', 'none'],
  ['emaDecay', ['--ema-decay', '0.99'], 0.99, 'no average'],
  ['emaWarmup', ['--ema-warmup', '--ema-decay', '0.99'], true, 'off'],
  ['lookaheadSteps', ['--lookahead-steps', '6'], 6, 'no Lookahead'],
  ['lookaheadAlpha', ['--lookahead-alpha', '0.8', '--lookahead-steps', '6'], 0.8, '0.5'],
  ['gradientAccumulation', ['--gradient-accumulation', '4'], 4, '1'],
  ['precision', ['--precision', 'bfloat16', '--device', 'cuda'], 'bfloat16', 'float32'],
  ['cudaGraph', ['--cuda-graph', '--device', 'cuda'], true, 'off'],
  ['budgetSamples', ['--budget-samples', '5000'], 5000, 'without limit'],
  ['fastDevRun', ['--fast-dev-run'], true, 'off'],
  ['overfitBatch', ['--overfit-batch'], true, 'off'],
  ['keepCheckpoints', ['--keep-checkpoints', '7'], 7, '2'],
  ['keepBest', ['--keep-best', '3'], 3, 'none'],
  ['saveEverySteps', ['--save-every-steps', '9'], 9, 'none'],
  ['saveEveryEpochs', ['--save-every-epochs', '3'], 3, '1'],
  ['saveEveryMinutes', ['--save-every-minutes', '0.5'], 0.5, '5'],
  [
    'augmentation',
    ['--augmentation', '[{ "flip": {} }]'],
    [{ flip: {} }],
    'those of pad, flip and cutout',
  ],
  ['originals', ['--originals'], true, 'off'],
  ['balance', ['--balance', '0.5'], 0.5, '0'],
  ['pad', ['--pad', '2'], 2, '4'],
  ['padMode', ['--pad-mode', 'zeros'], 'zeros', 'reflect'],
  ['flip', ['--no-flip'], false, 'on'],
  ['cutout', ['--cutout', '8'], 8, '0'],
  ['tensorboard', ['--tensorboard'], true, 'off'],
  ['seed', ['--seed', '9'], 9, '0'],
  ['device', ['--device', 'cuda:1'], 'cuda:1', 'cpu'],
  ['threads', ['--threads', '3'], 3, 'one a core'],
];

function command(): Command {
  const made = new Command().exitOverride().configureHelp({ helpWidth: 1000 });
  addSettingOptions(made);
  return made;
}

function settingsOf(words: readonly string[]): Record<string, unknown> {
  return settingsAmong(command().parse(words, { from: 'user' }).opts());
}

test('the table knows every setting', () => {
  expect(table.map(([name]) => name)).toEqual(settingEntries().map(([name]) => name));
});

test.each(table)('%s comes from %j as %j', (name, words, value) => {
  expect(settingsOf(words)).toHaveProperty([name], value);
  expect(resolveExperiment(settingsOf(words))).toHaveProperty([name], value);
});

test.each(table)('%s: the help of %j ends with its default', (_, [flag = ''], _value, fallback) => {
  const help = command().helpInformation().split('\n');
  const line = help.find((one) => one.trimStart().startsWith(`${flag.replace('--no-', '--')} `));
  expect(line?.endsWith(` (default: ${fallback})`), line).toBe(true);
});

test('what was not said stays unsaid', () => {
  expect(settingsOf([])).toEqual({});
});

test('keepCheckpoints takes a word as well', () => {
  expect(settingsOf(['--keep-checkpoints', 'all'])).toEqual({ keepCheckpoints: 'all' });
});

test.each(['nesterov', 'flip'])('--%s says yes', (name) => {
  expect(settingsOf([`--${name}`])).toEqual({ [name]: true });
});
