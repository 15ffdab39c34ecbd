import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { patience, runCommand } from './commandLine.ts';
import { temporaryFolder } from './dataTree.ts';
import { drawPictures } from './drawnPictures.ts';

const folder = temporaryFolder();
const command = (...words: string[]) => runCommand(folder, words);

beforeAll(async () => {
  await drawPictures(join(folder, 'pictures'), { train: 4, test: 2 });
  const words = ['--epochs', '2', '--batch-size', '5', '--threads', '1', '--model', 'resnet20'];
  const name = ['--run-name', 'small', '--progress', 'line'];
  const trained = await command('train', '--data', 'pictures', ...words, ...name);
  expect(trained).toMatchObject({ exitCode: 0 });
}, patience);

test(
  'a run comes out again from its record alone, every number and its weights',
  async () => {
    const { out, exitCode } = await command('rerun', 'runs/small/1', '--progress', 'silent');
    expect(exitCode).toBe(0);
    expect(out).toContain('runs/small/1, repeated as runs/small/2\n');
    expect(out).toContain('same machine, threads, versions and commit\n');
    expect(out).toMatch(/^validation accuracy +2 of 2 +0 /m);
    expect(out).toMatch(/^evaluation heads label +(\d+) of \1 /m);
    expect(out).toContain('last weights: the same, bit for bit\n');
    expect(out).toMatch(/All \d+ numbers came out again, bit for bit\.\n$/);
  },
  patience,
);

test(
  'a number that never was is found, with its epoch; so is another machine',
  async () => {
    const events = join(folder, 'runs/small/1/events.jsonl');
    const lines = readFileSync(events, 'utf8').split('\n');
    const forged = lines.map((line) => {
      if (!line.includes('"type":"epochEnded","epoch":2')) return line;
      const event = JSON.parse(line) as { validation: { accuracy: number } };
      event.validation.accuracy = 0.941;
      return JSON.stringify(event);
    });
    writeFileSync(events, forged.join('\n'));
    const environment = join(folder, 'runs/small/1/environment.json');
    const facts = JSON.parse(readFileSync(environment, 'utf8')) as object;
    writeFileSync(environment, JSON.stringify({ ...facts, processor: 'abacus' }));

    const { out, exitCode } = await command('rerun', 'runs/small/1', '--progress', 'silent');
    expect(exitCode).toBe(11);
    expect(out).toMatch(/^validation accuracy +1 of 2 .*\(epoch 2\) +0\.941 /m);
    expect(out).toMatch(/^processor: abacus then, .+ now$/m);
    const counts = /(\d+) of (\d+) numbers came out again/.exec(out);
    expect(Number(counts?.[1])).toBe(Number(counts?.[2]) - 1);

    const part = await command('rerun', 'runs/small/1', '--epochs', '1', '--json');
    expect(part.exitCode).toBe(0);
    const again = JSON.parse(part.out) as { epochs: number; numbers: { epoch?: number }[] };
    expect(again.epochs).toBe(1);
    expect(new Set(again.numbers.map(({ epoch }) => epoch))).toEqual(new Set([1]));
  },
  patience,
);

test(
  'a run of other pictures, or without an epoch on record, is not repeated',
  async () => {
    await drawPictures(join(folder, 'pictures'), { train: 5, test: 2 });
    const changed = await command('rerun', 'runs/small/1');
    expect(changed.exitCode).toBe(4);
    expect(changed.err).toMatch(/expected the pictures the run was made of \(\w+ .+\), got /);
    writeFileSync(join(folder, 'runs/small/1/events.jsonl'), '');
    const { exitCode, err } = await command('rerun', 'runs/small/1');
    expect([exitCode, err]).toEqual([
      4,
      'error: runs/small/1: expected at least one finished epoch on record, found none.\n',
    ]);
  },
  patience,
);
