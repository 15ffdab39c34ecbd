import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { plainPng, temporaryFolder, writeTree } from '../../../test/dataTree.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { openRunData } from './runData.ts';
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

test('pictures are fitted and limited as the settings say, for training and for measuring', async () => {
  const names = Array.from({ length: 6 }, (_, row) => `wide-${row}.png`);
  for (const [row, name] of names.entries()) {
    const grey = { r: 50 + row, g: 50 + row, b: 50 + row };
    writeTree(folder, { [name]: await plainPng(grey, { width: 8, height: 4 }) });
  }
  const rows = names.map((name, row) => `${name},${row % 2 === 0 ? 'Back' : 'Front'}`);
  writeTree(folder, { 'wide.csv': `image,pose\n${rows.join('\n')}\n` });
  const path = join(folder, 'wide.csv');
  const place = { cacheFolder: join(folder, 'c') };
  const opened = async (settings: ExperimentInput) => {
    const given = { table: path, imageSize: 4, validationShare: 0.5, pixelRange: [0, 1] };
    const experiment = resolveExperiment({ ...given, ...settings });
    const size = { height: 4, width: 4 };
    const { dataset } = await openLabelledTable(experiment, {
      ...{ path, schema: { pose: ['Back', 'Front'] }, size },
      ...place,
    });
    return [(await openRunData(experiment, place)).train, dataset];
  };
  const blackRows = async (settings: ExperimentInput): Promise<unknown[]> =>
    (await opened(settings)).map(({ images }) => images.select(0, 0).eq(0).sum().item());
  expect(await blackRows({})).toEqual([0, 0]);
  expect(await blackRows({ fit: 'contain' })).toEqual([24, 24]); // two rows of four, in three channels
  await expect(opened({ maxPixels: 31 })).rejects.toThrow('expected at most 31 pixels, got 8x4.');
});

test('of a table, the test part has the rows that neither training nor validation has', async () => {
  const names = Array.from({ length: 20 }, (_, row) => `part-${row}.png`);
  for (const [row, name] of names.entries()) {
    writeTree(folder, { [name]: await plainPng({ r: 50 + row, g: 0, b: 0 }) });
  }
  const rows = names.map((name, row) => `${name},${row % 2 === 0 ? 'Back' : 'Front'}`);
  const table = join(folder, 'parts.csv');
  writeTree(folder, { 'parts.csv': `image,pose\n${rows.join('\n')}\n` });
  const open = (settings: ExperimentInput) => {
    const given = { table, imageSize: 4, pixelRange: [0, 1] };
    const place = { cacheFolder: join(folder, 'c') };
    return openRunData(resolveExperiment({ ...given, ...settings }), place);
  };
  const { train, validation, test: held } = await open({ testShare: 0.2, validationShare: 0.1 });
  const parts = [train, validation.dataset, held].map((part) =>
    Array.from({ length: part?.length ?? 0 }, (_, index) => part?.nameOf(index)),
  );
  expect(parts.map(({ length }) => length)).toEqual([14, 2, 4]);
  expect(parts.flat().toSorted()).toEqual(names.toSorted());
  expect((await open({})).test).toBeUndefined();
});

test('a class that the model does not know is refused with the nearest', async () => {
  await expect(labelled('0.png,Back,Hapy')).rejects.toThrow(
    'others.csv line 2, column mood: expected one of Happy, Neutral, Sad, got "Hapy". Did you mean "Happy"?',
  );
});
