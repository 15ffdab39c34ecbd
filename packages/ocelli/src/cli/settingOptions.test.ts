import { Command } from 'commander';
import { expect, test } from 'vitest';
import { resolveExperiment, settingEntries } from '../train/experiment.ts';
import { addSettingOptions, settingsAmong } from './settingOptions.ts';

/** For every setting: words of a command line, what they mean, and the default that its help says. */
const table: [name: string, words: string[], value: unknown, fallback: string][] = [
  ['data', ['--data', 'x'], 'x', 'the published data set, from the cache or else downloaded'],
  ['dataset', ['--dataset', 'cifar100'], 'cifar100', 'cifar10'],
  [
    'validationShare',
    ['--validation-share', '0.2'],
    0.2,
    'none where the data has a part for that, else 0.15',
  ],
  ['imageSize', ['--image-size', '64'], 64, 'the size the pictures have'],
  ['onBadImage', ['--on-bad-image', 'skip'], 'skip', 'error'],
  ['model', ['--model', 'resnet-small'], 'resnet-small', 'davidnet'],
  ['epochs', ['--epochs', '3'], 3, '20'],
  ['batchSize', ['--batch-size', '7'], 7, '512'],
  ['optimizer', ['--optimizer', 'adam'], 'adam', 'sgd'],
  ['lr', ['--lr', '1e-2'], 0.01, 'sgd 0.4, adam 0.001, adamw 0.001'],
  ['schedule', ['--schedule', 'constant'], 'constant', 'triangle'],
  ['peakEpoch', ['--peak-epoch', '2.5'], 2.5, '(epochs + 1) / 4, rounded down if 1 or more'],
  ['momentum', ['--momentum', '0.8'], 0.8, 'sgd 0.9'],
  ['nesterov', ['--no-nesterov'], false, 'sgd true'],
  ['weightDecay', ['--weight-decay', '0.1'], 0.1, 'sgd 0.0005, adam 0, adamw 0.01'],
  ['lossReduction', ['--loss-reduction', 'mean'], 'mean', 'sgd sum, adam mean, adamw mean'],
  ['labelSmoothing', ['--label-smoothing', '0.1'], 0.1, '0'],
  ['gradientClip', ['--gradient-clip', '5'], 5, 'off'],
  ['pad', ['--pad', '2'], 2, '4'],
  ['padMode', ['--pad-mode', 'zeros'], 'zeros', 'reflect'],
  ['flip', ['--no-flip'], false, 'on'],
  ['cutout', ['--cutout', '8'], 8, '0'],
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
  expect(settingsOf(words)).toEqual({ [name]: value });
  expect(resolveExperiment(settingsOf(words))).toHaveProperty(name, value);
});

test.each(table)('%s: the help of %j ends with its default', (_, [flag = ''], _value, fallback) => {
  const help = command().helpInformation().split('\n');
  const line = help.find((one) => one.trimStart().startsWith(`${flag.replace('--no-', '--')} `));
  expect(line?.endsWith(` (default: ${fallback})`), line).toBe(true);
});

test('what was not said stays unsaid', () => {
  expect(settingsOf([])).toEqual({});
});

test.each(['nesterov', 'flip'])('--%s says yes', (name) => {
  expect(settingsOf([`--${name}`])).toEqual({ [name]: true });
});
