import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { plainPng, temporaryFolder, writeTree } from '../../../test/dataTree.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { openLabelledTable } from './tableData.ts';

const schema = { pose: ['Back', 'Front'], mood: ['Happy', 'Neutral', 'Sad'] };
const folder = temporaryFolder();
beforeAll(async () => {
  const pictures = [0, 1, 2].map(async (r) => [`${r}.png`, await plainPng({ r, g: 0, b: 0 })]);
  writeTree(folder, Object.fromEntries(await Promise.all(pictures)) as Record<string, Buffer>);
});

/** The labels of a table with these lines, read for measuring a model of the schema. */
const labelled = (...lines: string[]) => labelledFor({}, lines);

/** Those that a run with these settings finds there. */
async function labelledFor(settings: ExperimentInput, lines: readonly string[]) {
  const path = join(folder, 'others.csv');
  writeTree(folder, { 'others.csv': `image,pose,mood\n${lines.join('\n')}\n` });
  const options = { path, schema, size: { height: 4, width: 4 }, cacheFolder: join(folder, 'c') };
  const experiment = resolveExperiment({ table: path, ...settings });
  const { dataset } = await openLabelledTable(experiment, options);
  return [...dataset.labels];
}

test('a table of one row can be measured on', async () => {
  expect(await labelled('1.png,Front,Sad')).toEqual([1, 2]);
});

test('all rows are measured, in their order', async () => {
  const lines = ['2.png,Back,Sad', '0.png,Front,Happy', '1.png,Back,Neutral'];
  expect(await labelled(...lines)).toEqual([0, 2, 1, 0, 0, 1]);
});

test('an attribute without any label stays: nothing of it is measured', async () => {
  expect(await labelled('0.png,Back,', '1.png,Front,')).toEqual([0, -1, 1, -1]);
});

test('columns that the run left out or divided by need not be there', async () => {
  const settings = { ignoreColumns: ['remark'], groupColumn: 'person' };
  expect(await labelledFor(settings, ['1.png,Front,Sad'])).toEqual([1, 2]);
});

test('a class that the model does not know is refused with the nearest', async () => {
  await expect(labelled('0.png,Back,Hapy')).rejects.toThrow(
    'others.csv line 2, column mood: expected one of Happy, Neutral, Sad, got "Hapy". Did you mean "Happy"?',
  );
});
