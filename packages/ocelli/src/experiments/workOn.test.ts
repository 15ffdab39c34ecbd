import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { plainPng, temporaryFolder, writeTree } from '../../test/dataTree.ts';
import { drawPictures } from '../../test/drawnPictures.ts';
import { readEventLog } from '../train/record/eventLog.ts';
import { resolveExperiment } from '../train/experiment/experiment.ts';
import { epochsOf } from '../train/record/history.ts';
import { runFolderAt } from '../train/runFolder/runFolder.ts';
import { readRunRecord } from '../train/record/runRecord.ts';
import { newRun } from './runPlan.ts';
import { workOn } from './workOn.ts';

const root = temporaryFolder();
const runsDir = join(root, 'runs');
process.env['OCELLI_CACHE'] = join(root, 'cache');
beforeAll(() => drawPictures(join(root, 'pictures'), { train: 4, test: 2 }));

const experimentOf = (changes: object) =>
  resolveExperiment({
    ...{ data: join(root, 'pictures'), epochs: 2, batchSize: 12, threads: 1 },
    ...{ model: 'resnet20' },
    ...changes,
  });

const silent = { mode: 'silent', report: false, err: { write: () => {} } } as const;

test('what a run shows is kept as text: its facts, a line an epoch, how it ended', async () => {
  const plan = newRun({ experiment: experimentOf({}), runsDir, name: 'told' });
  const { folder } = await workOn(plan, silent);
  const lines = readFileSync(folder.log, 'utf8').split('\n');
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(lines[1]).toMatch(/^=+ .*told\/1 =+$/);
  expect(lines[2]).toBe('pictures: 12 train, 6 test, 16x16, 3 classes');
  expect(lines.filter((line) => line.startsWith('epoch: '))).toHaveLength(2);
  expect(lines.at(-2)).toMatch(/^completed after \d+\.\d s$/);
});

test('the log of a run that failed stays, and says why', async () => {
  const burst = experimentOf({ lr: 1e30, epochs: 8 });
  const plan = newRun({ experiment: burst, runsDir, name: 'burst' });
  await expect(workOn(plan, silent)).rejects.toThrow(/expected the loss to be finite/);
  const text = readFileSync(runFolderAt(join(runsDir, 'burst', '1')).log, 'utf8');
  expect(text).toMatch(/^error: step \d+: expected the loss to be finite, got /m);
});

test('the record of a run is the configuration it used, and resolves to itself', async () => {
  const experiment = experimentOf({ epochs: 1, optimizer: 'adam' });
  const { folder } = await workOn(newRun({ experiment, runsDir, name: 'recorded' }), silent);
  expect(readRunRecord(folder).experiment).toEqual({ ...experiment, threads: 1 });
});

test('pictures too small for a network are refused before there is a folder, with the layer', async () => {
  const small = experimentOf({ model: 'densenet121' }); // five halvings and a pool of 2 need 32 pixels
  const plan = newRun({ experiment: small, runsDir, name: 'small' });
  await expect(workOn(plan, { ...silent, where: 'ocelli train' })).rejects.toThrow(
    /^ocelli train: layer .* has nothing left of pictures of \(3, 16, 16\): they are too small for the model\. Take larger ones \(imageSize\), or another model\.$/,
  );
  expect(existsSync(join(runsDir, 'small'))).toBe(false);
});

test('every stage of a run on a table has the parts that were stored at its beginning', async () => {
  // All rows without a shade are held back, which no split that shares labels out would do.
  const held = [1, 4, 9];
  const names = Array.from({ length: 12 }, (_, row) => `p/${row}.png`);
  const lines = names.map((name, row) => {
    const shade = held.includes(row) ? '' : row % 2 === 0 ? 'dark' : 'light';
    return `${name},${row < 6 ? 'red' : 'blue'},${shade}`;
  });
  const files: Record<string, Buffer | string> = {
    'labels.csv': `image,hue,shade\n${lines.join('\n')}\n`,
    'split.json': JSON.stringify({
      train: names.filter((_, row) => !held.includes(row)),
      validation: held.map((row) => names[row]),
    }),
  };
  for (const [row, name] of names.entries())
    files[name] = await plainPng({ r: row, g: 90 - row, b: 5 * row });
  const table = join(writeTree(join(root, 'table'), files), 'labels.csv');
  const experiment = resolveExperiment({
    ...{ table, model: 'resnet20', batchSize: 5, epochs: 1, threads: 1, pad: 1 },
    stages: [{ imageSize: 8 }, { imageSize: 12 }, { oversampling: ['shade = dark x2'] }],
  });
  const splitFile = join(root, 'table', 'split.json');
  const plan = newRun({ experiment, runsDir, name: 'staged', splitFile });
  const { folder } = await workOn(plan, silent);
  expect(JSON.parse(readFileSync(folder.split, 'utf8'))).toMatchObject({
    validation: held.map((row) => names[row]),
  });
  const epochs = epochsOf(readEventLog(folder.events));
  expect(epochs.map(({ train }) => train.count)).toEqual([9, 9, 9 + 5]);
  for (const { validation } of epochs) {
    expect([validation?.count, validation?.attributes?.['shade']?.labelled]).toEqual([3, 0]);
  }
});
