import fs from 'node:fs';
import { expect, test } from 'vitest';
import { smallTable } from '../../../test/smallTable.ts';
import { temporaryFolder } from '../../../test/dataTree.ts';
import { applyCorrectionRules } from './correctionRules.ts';
import { readPreparedTable, writePreparedTable } from './preparedTable.ts';

const schema = { bag: ['None', 'a "b", c', 'Not there'], mood: ['Sad', 'Neutral'] };
const table = smallTable(schema, [
  ['None', 'Sad'],
  ['a "b", c', null],
  [null, 'Neutral'],
]);
const file = `${temporaryFolder()}/prepared.csv`;

test('a prepared table is read back as it was saved, with classes that no row has', async () => {
  const rule = { when: { bag: 'None' }, set: { mood: 'Neutral' } };
  const { table: corrected, records } = applyCorrectionRules(table, [rule]);
  writePreparedTable(file, corrected, records);
  expect(fs.readFileSync(file, 'utf8')).toBe(
    'image,bag,mood\n0.jpg,None,Neutral\n1.jpg,"a ""b"", c",\n2.jpg,,Neutral\n',
  );
  const read = await readPreparedTable(file);
  expect([...read.table.labels]).toEqual([0, 1, 1, -1, -1, 1]);
  expect(read.table.schema).toEqual(schema);
  expect(read.corrections).toEqual(records);
  expect([0, 1, 2].map((row) => read.table.pathOf(row))).toEqual(['0.jpg', '1.jpg', '2.jpg']);
});

test('a prepared table that was changed since is refused', async () => {
  writePreparedTable(file, table);
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('Sad', 'Neutral'));
  await expect(readPreparedTable(file)).rejects.toThrow(
    `${file}: expected the table that was prepared, got one that was changed since.`,
  );
  fs.writeFileSync(`${file}.json`, '{}');
  await expect(readPreparedTable(file)).rejects.toThrow(
    `${file}.json: expected the record of a prepared table, got something else.`,
  );
  fs.rmSync(`${file}.json`);
  await expect(readPreparedTable(file)).rejects.toThrow('got no such file or folder (ENOENT).');
});
