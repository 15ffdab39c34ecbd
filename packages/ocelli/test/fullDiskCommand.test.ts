import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runCommand } from './commandLine.ts';
import { temporaryFolder } from './dataTree.ts';
import { drawPictures } from './drawnPictures.ts';
import { onFullDisk } from './fullDisk.ts';

// What the command answers where the disk is full at the end of a run.

const folder = temporaryFolder();
beforeAll(() => drawPictures(join(folder, 'pictures'), { train: 4, test: 2 }));

const settings = ['--epochs', '1', '--batch-size', '6', '--threads', '1', '--model', 'resnet20'];
const train = (name: string) =>
  runCommand(folder, [
    'train',
    '--data',
    'pictures',
    ...settings,
    '--run-name',
    name,
    '--no-report',
  ]);

const rowsOf = (name: string): number =>
  readFileSync(join(folder, 'runs', name, '1/results.csv'), 'utf8')
    .trimEnd()
    .split('\n').length - 1;

test('no room for the table of results after the last epoch: all else is saved, and it ends with 5', async () => {
  const { exitCode, err } = await onFullDisk({ names: /results\.csv$/ }, () => train('table'));
  expect(exitCode).toBe(5);
  expect(err).toContain(
    'error: the table of results of runs/table/1 could not be saved: a full disk (ENOSPC).\n' +
      'Once the disk takes it, go on with: npx ocelli train --resume runs/table/1\n',
  );
  expect(readdirSync(join(folder, 'runs/table/1/weights')).toSorted()).toEqual([
    'best.safetensors',
    'last.safetensors',
    'manifest.json',
  ]);
  expect(readdirSync(join(folder, 'runs/table/1/checkpoints'))).toEqual([
    expect.stringMatching(/^step-2-epoch-1-accuracy-/),
  ]);
  const again = await runCommand(folder, ['train', '--resume', 'runs/table/1', '--no-report']);
  expect([again.exitCode, rowsOf('table')]).toEqual([0, 1]);
});

test('no room for the best weights nor their checkpoint: it ends with 5 and says both', async () => {
  const { exitCode, err } = await onFullDisk({ names: /best\.safetensors$|\/step-[^/]+$/ }, () =>
    train('best'),
  );
  expect(exitCode).toBe(5);
  expect(err).toContain(
    'error: the best weights of runs/best/1 could not be saved: a full disk (ENOSPC).\n',
  );
  expect(err).toContain(
    'error: the last state of runs/best/1 could not be saved: a full disk (ENOSPC).\n',
  );
});

test('no room for the last line of the record: it ends with 5', async () => {
  const { exitCode, err } = await onFullDisk({ text: /"type":"runEnded"/ }, () => train('record'));
  expect(exitCode).toBe(5);
  expect(err).toContain(
    'error: the record of runs/record/1 could not be saved: a full disk (ENOSPC).\n',
  );
});
