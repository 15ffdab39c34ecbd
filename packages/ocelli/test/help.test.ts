import { beforeAll, describe, expect, test } from 'vitest';
import { inProcess } from './inProcess.ts';

// Help as it stands in terminals of several widths, and in a file or pipe, which has none.

const { columns } = process.stdout;
let names: string[];

/** The help of a command in a terminal so wide. */
async function helpOf(words: readonly string[], width: number | undefined): Promise<string> {
  Object.assign(process.stdout, { columns: width });
  try {
    const { out, err, exitCode } = await inProcess(...words, '--help');
    expect([err, exitCode]).toEqual(['', 0]);
    return out;
  } finally {
    Object.assign(process.stdout, { columns });
  }
}

beforeAll(async () => {
  const all = await helpOf([], 100);
  names = Array.from(all.matchAll(/^ {2}([a-z-]+) (?:\[|<)/gm), ([, name = '']) => name);
});

test('every command is named, under what it is for', async () => {
  expect(names).toHaveLength(18);
  const headings = (await helpOf([], 80)).match(/^[A-Z].*:$/gm);
  expect(headings).toEqual([
    'Options:',
    'Train and ask:',
    'Look at data:',
    'Choose settings:',
    'Compare and repeat:',
    'This machine:',
    'Examples:',
  ]);
});

describe.each([
  [60, 60],
  [80, 80],
  [undefined, 80],
  [200, 100],
])('at %s columns', (width, most) => {
  test(`no line is longer than ${most}, whatever the command`, async () => {
    for (const name of ['', ...names]) {
      const help = await helpOf(name === '' ? [] : [name], width);
      const [described = ''] = help.split('\nExamples:\n'); // which are to be copied whole
      const long = described.split('\n').filter((line) => line.length > most);
      expect([name, long]).toEqual([name, []]);
    }
  });
});

test('what is said of options begins at one column, below those that are longer', async () => {
  const help = await helpOf(['train'], 80);
  expect(help).toContain(`
  --epochs <number>             passes over the training pictures (default: 20)
`);
  expect(help).toContain(`
  --optimizer <sgd|adam|adamw>  update rule (default: sgd)
`);
  expect(help).toContain(`
  --dataset <cifar10|cifar100|mnist|tiny-imagenet>
                                published data set to train on, where no data is
                                given (default: cifar10)
`);
});

test('every command ends with examples, of options and commands that there are', async () => {
  for (const name of names) {
    const [described = '', examples = ''] = (await helpOf([name], 80)).split('\nExamples:\n');
    const lines = examples.split('\n').filter((line) => line.startsWith('  npx ocelli '));
    expect([name, lines.length > 0]).toEqual([name, true]);
    for (const line of examples.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    for (const line of lines) {
      const [, , command = '', ...words] = line.trim().split(/\s+/);
      expect(names).toContain(command);
      const options = words.flatMap((word) => /^--[a-z-]+/.exec(word) ?? []);
      const help = command === name ? described : await helpOf([command], 80);
      const unknown = options.filter((one) => !new RegExp(`^ +${one}\\b(?!-)`, 'm').test(help));
      expect([line, unknown]).toEqual([line, []]);
    }
  }
});

test('settings stand under headings of their own, and a switch that is off is not offered twice', async () => {
  const help = await helpOf(['train'], 80);
  const options = help.slice(help.indexOf('\nOptions:'), help.indexOf('\nPictures and labels:'));
  expect(options).toContain('--resume [run]');
  expect(options).not.toContain('--epochs');
  expect(help.indexOf('\nLoss:')).toBeLessThan(help.indexOf('--label-smoothing'));
  expect(help).toContain('--no-flip');
  expect(help).not.toContain('--no-tensorboard');
});
