import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@ocelli/torch';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeDurably } from './durableFile.ts';
import {
  createRunFolder,
  latestRun,
  newestRun,
  openRunFolder,
  readLabels,
  writeLabels,
} from './runFolder.ts';
import { lockRun } from './runLock.ts';

let runs: string;
beforeEach(() => (runs = mkdtempSync(join(tmpdir(), 'ocelli-runs-'))));
afterEach(() => rmSync(runs, { recursive: true }));

test('runs of one name are numbered from 1 and never reuse a folder', () => {
  const made = ['a', 'a', 'b', 'a'].map((name) => createRunFolder(runs, name).path);
  expect(made).toEqual(['a/1', 'a/2', 'b/1', 'a/3'].map((path) => join(runs, path)));
});

test('numbering goes on after the highest number, whatever else lies there', () => {
  for (const name of ['9', '10', 'notes', '007'])
    mkdirSync(join(runs, 'a', name), { recursive: true });
  expect(createRunFolder(runs, 'a').path).toBe(join(runs, 'a', '11'));
});

test.each(['', '../x', 'a/b', '.hidden', 'sp ace'])('refuses %j as a run name', (name) => {
  expect(() => createRunFolder(runs, name)).toThrow(
    `run name: expected letters, digits, dots, dashes and underscores, got ${JSON.stringify(name)}.`,
  );
});

test('a run is found by its folder, or by its name as the newest', () => {
  for (const name of ['a', 'a']) writeFileSync(createRunFolder(runs, name).experiment, '{}');
  expect(openRunFolder(join(runs, 'a', '1')).path).toBe(join(runs, 'a', '1'));
  expect(openRunFolder(join(runs, 'a')).path).toBe(join(runs, 'a', '2'));
  expect(() => openRunFolder(join(runs, 'none'))).toThrow('expected a run folder');
});

test('the newest run is the one whose weights were written last', () => {
  expect(newestRun(join(runs, 'none'))).toBeUndefined();
  expect(newestRun(runs)).toBeUndefined();
  const [first, second, untrained] = ['b', 'a', 'c'].map((name) => createRunFolder(runs, name));
  for (const [index, folder] of [second, first].entries()) {
    writeFileSync(folder?.experiment ?? '', '{}');
    const manifest = join(folder?.weights ?? '', 'manifest.json');
    writeFileSync(manifest, '{}');
    utimesSync(manifest, 1000 + index, 1000 + index);
  }
  writeFileSync(untrained?.experiment ?? '', '{}');
  writeFileSync(join(runs, 'notes.txt'), 'no run');
  expect(newestRun(runs)?.path).toBe(first?.path);
});

test('runs of a group are found as well; the latest is the one that was worked on last', () => {
  const group = join(runs, 'group');
  const begun = [createRunFolder(runs, 'alone'), createRunFolder(group, 'one')];
  expect(latestRun(runs)).toBeUndefined();
  for (const [index, { experiment, events, weights }] of begun.entries()) {
    writeFileSync(experiment, '{}');
    writeFileSync(events, '');
    utimesSync(events, 1000 + index, 1000 + index);
    const manifest = join(weights, 'manifest.json');
    writeFileSync(manifest, '{}');
    utimesSync(manifest, 3000 - index, 3000 - index);
  }
  expect(latestRun(runs)?.path).toBe(join(group, 'one', '1'));
  expect(newestRun(runs)?.path).toBe(join(runs, 'alone', '1'));
  expect(newestRun(group)?.path).toBe(join(group, 'one', '1'));
});

test('labels come back in the order of the logits, whatever they are called', () => {
  const folder = createRunFolder(runs, 'a');
  const classes = ['truck', '__proto__', 'None', '10', '9'];
  writeLabels(folder, { classes });
  expect(readLabels(folder)).toEqual({ classes });
});

test('a durable write replaces the whole file and leaves nothing else behind', () => {
  const path = join(runs, 'file');
  writeDurably(path, 'a long first version');
  writeDurably(path, 'second');
  expect(readFileSync(path, 'utf8')).toBe('second');
  expect(readdirSync(runs)).toEqual(['file']);
});

test('a durable write that fails keeps the old file and removes its temporary one', () => {
  const path = join(runs, 'folder');
  mkdirSync(join(path, 'inside'), { recursive: true });
  expect(() => writeDurably(path, 'text')).toThrow();
  expect(readdirSync(runs)).toEqual(['folder']);
});

test('a second holder of a run is refused by name, and welcome after the release', async () => {
  const lock = await lockRun(runs);
  const refusal = new RegExp(`^${runs} is in use by process ${process.pid} on .+ since 20`);
  await expect(lockRun(runs)).rejects.toThrow(refusal);
  await lock.release();
  await (await lockRun(runs)).release();
  expect(existsSync(join(runs, 'lock.json'))).toBe(false);
});

test('a lock dies with its holder, even one that was killed', async () => {
  const locker = new URL('./runLock.ts', import.meta.url).href;
  const script = `const { lockRun } = await import('${locker}');
    await lockRun(process.argv[1]); setInterval(() => {}, 1000); console.log('held');`;
  const flags = [
    '--conditions=source',
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    script,
    runs,
  ];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await expect(lockRun(runs)).rejects.toThrow(`process ${child.pid} `);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  await (await lockRun(runs)).release();
});

test('a damaged file of a run is named, with what is wrong with it', () => {
  const folder = createRunFolder(runs, 'a');
  writeLabels(folder, { classes: ['cat', 'dog'] });
  expect(readLabels(folder)).toEqual({ classes: ['cat', 'dog'] });
  writeFileSync(folder.labels, '{ "classes": ["cat", ');
  expect(() => readLabels(folder)).toThrow(DataError);
  expect(() => readLabels(folder)).toThrow(
    `${folder.labels}: expected JSON as Ocelli writes it, got a damaged file (`,
  );
});
