import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { patience, runCommand } from './commandLine.ts';
import { temporaryFolder } from './dataTree.ts';
import { drawPictures } from './drawnPictures.ts';

// Commands that train several candidates and compare them: `shortlist` and `ablate`.

const folder = temporaryFolder();
const command = (...words: string[]) => runCommand(folder, words);
const settings = { model: 'resnet20', batchSize: 15, optimizer: 'adam' };
const write = (name: string, more: object): void =>
  writeFileSync(join(folder, name), JSON.stringify({ ...settings, ...more }));

beforeAll(async () => {
  await drawPictures(join(folder, 'pictures'), { train: 10, test: 2 });
  write('still.json', { lr: 0 });
  write('learning.json', { lr: 0.01 });
  write('staged.json', { stages: [{ epochs: 1 }, { epochs: 2 }] });
});

const short = ['--pictures', '30', '--data', 'pictures', '--threads', '1', '--progress', 'silent'];

test(
  'shortlist ranks candidates by what they reached on the same pictures, as table and as JSON',
  async () => {
    const words = ['shortlist', 'still.json', 'learning.json', ...short, '--epochs', '3'];
    const { exitCode, out, err } = await command(...words);
    expect(exitCode).toBe(0);
    expect(err).toContain('[1/2] still\n');
    const lines = out.trim().split('\n');
    expect(lines[0]).toMatch(/^rank +candidate +val acc +time$/);
    expect(lines[1]).toMatch(/^ +1 +learning +\d+\.\d\d% /);
    expect(lines[2]).toMatch(/^ +2 +still +\d+\.\d\d% /);
    // The same command again finds both complete.
    const again = await command(...words, '--json');
    const ranked = JSON.parse(again.out) as { name: string; accuracy: number }[];
    expect(ranked.map(({ name }) => name)).toEqual(['learning', 'still']);
    expect(readdirSync(join(folder, 'runs/shortlist/learning'))).toEqual(['1']);
  },
  patience,
);

test(
  'shortlist refuses a candidate with stages in one sentence',
  async () => {
    const outcome = await command('shortlist', 'staged.json', ...short);
    expect(outcome).toMatchObject({ exitCode: 2, out: '' });
    expect(outcome.err).toBe(
      'error: shortlist: expected candidate staged to be without stages, whose epochs are their own, got "2 stages".\n',
    );
  },
  patience,
);

test(
  'shortlist stops when it is asked to, ranks what came to its end, and goes on',
  async () => {
    const shown = short.map((word) => (word === 'silent' ? 'line' : word));
    const words = ['shortlist', 'still.json', 'learning.json', ...shown, '--epochs', '2'];
    let begun = 0;
    const stopped = await runCommand(folder, [...words, '--json'], (piece) => {
      if (piece.startsWith('epoch: 1/2') && ++begun === 2) process.emit('SIGINT', 'SIGINT');
    });
    expect(stopped.exitCode).toBe(130);
    expect(stopped.err).toContain('Stopped after 1 of 2 candidates; the same command goes on.\n');
    const namesIn = (out: string): string[] => {
      const ranked = JSON.parse(out.trim().split('\n').at(-1) ?? '') as { name: string }[];
      return ranked.map(({ name }) => name).toSorted();
    };
    expect(namesIn(stopped.out)).toEqual(['still']);
    const { exitCode, out } = await command(...words, '--json');
    expect([exitCode, namesIn(out)]).toEqual([0, ['learning', 'still']]);
    expect(out).toContain('going on after step 2');
  },
  patience,
);

test('shortlist refuses a seed that is no number', async () => {
  const { exitCode, err } = await command('shortlist', 'still.json', ...short, '--seed', 'x');
  expect([exitCode, err]).toEqual([
    2,
    'error: ocelli shortlist: expected --seed to be a number, got "x".\n',
  ]);
});

test(
  'ablate trains with and without each transform and says what each was worth',
  async () => {
    const words = ['--data', 'pictures', '--epochs', '1', '--threads', '1', '--progress', 'silent'];
    const out = await command('ablate', 'learning.json', ...words, '--json');
    expect(out.exitCode).toBe(0);
    const effects = JSON.parse(out.out) as {
      transform: string;
      effect: number;
      with: { mean: number };
      without: { mean: number };
    }[];
    expect(effects.map(({ transform }) => transform)).toEqual(['pad', 'flip']);
    for (const { effect, with: on, without } of effects) {
      expect(effect).toBeCloseTo(on.mean - without.mean, 12);
    }
    expect(readdirSync(join(folder, 'runs/pictures-resnet20-remove')).toSorted()).toEqual([
      'all',
      'group.json',
      'without-flip',
      'without-pad',
    ]);
    const table = await command('ablate', 'learning.json', ...words, '--mode', 'remove');
    expect(table.out).toContain('Best validation accuracy with and without each transform');
    expect(table.out).toMatch(/^flip +\d+\.\d\d% +\d+\.\d\d% +[+−]\d+\.\d\d +1 \+ 1 +-$/m);
  },
  patience,
);
