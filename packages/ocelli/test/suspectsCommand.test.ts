import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { patience, runCommand } from './commandLine.ts';
import { temporaryFolder, writeTree } from './dataTree.ts';

// Warm and cold pictures that a network tells apart in no time, some of them with the wrong label.

const folder = temporaryFolder();
const command = (...words: string[]) => runCommand(folder, words);
const count = 60;
const wrong = new Set([4, 19, 33, 50]);
const evil = '<img src=x onerror="alert(1)">';

async function picture(row: number): Promise<Buffer> {
  const warm = row % 2 === 0;
  const level = 150 + ((row * 37) % 60);
  const background = warm
    ? { r: level, g: 40 + (row % 17), b: 20 }
    : { r: 20, g: 40 + (row % 17), b: level };
  return sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toBuffer();
}

const truth = (row: number): string => (row % 2 === 0 ? 'warm <b>' : 'cold <b>');
const other = (row: number): string => truth(row + 1);

test(
  'wrong labels are found by models that have not seen them, shown, and put right in a new table',
  async () => {
    const files: Record<string, Buffer | string> = {};
    const header = `path,"${evil.replaceAll('"', '""')}",note`;
    const line = (row: number, label: string) => `${row}.png,${label},note ${row}`;
    const rows = Array.from({ length: count }, (_, row) => row);
    for (const row of rows) files[`${row}.png`] = await picture(row);
    const stated = rows.map((row) => line(row, wrong.has(row) ? other(row) : truth(row)));
    files['labels.csv'] = `${[header, ...stated].join('\n')}\n`;
    writeTree(folder, files);
    const settings = ['--image-size', '32', '--epochs', '4', '--lr', '0.05'];
    const size = [
      '--batch-size',
      '10',
      '--threads',
      '1',
      '--folds',
      '2',
      '--no-flip',
      '--pad',
      '0',
    ];
    const words = ['--table', 'labels.csv', ...settings, ...size, '--cutout', '0'];
    const found = await command('suspects', ...words, '--html', 'suspects.html');
    expect([found.err.replace(/^(fold|decoding).*\n/gm, ''), found.exitCode]).toEqual(['', 0]);
    expect(found.out).toMatch(/ 60 +4\nwritten: corrections\.csv, suspects\.html\n$/);
    const lines = readFileSync(join(folder, 'corrections.csv'), 'utf8').trim().split('\n');
    const named = lines.slice(1).map((text) => Number.parseInt(text, 10));
    expect(named.toSorted((a, b) => a - b)).toEqual([...wrong]);
    const page = readFileSync(join(folder, 'suspects.html'), 'utf8');
    expect(page).not.toMatch(/<img src=x|(cold|warm) <b>/i);
    expect(page.match(/<img src="data:/g)).toHaveLength(4);

    const unread = await command(
      'suspects',
      '--table',
      'labels.csv',
      '--patience',
      '3',
      '--out',
      'x.csv',
    );
    expect([unread.exitCode, unread.err]).toEqual([
      2,
      'error: ocelli suspects: expected no --patience: every fold is trained in one piece, to its last epoch.\n',
    ]);

    const applied = await command('inspect', 'labels.csv', '--apply', 'corrections.csv');
    expect(applied).toMatchObject({
      out: '4 labels changed\nwritten: corrected.csv\n',
      exitCode: 0,
    });
    const right = rows.map((row) => line(row, truth(row)));
    expect(readFileSync(join(folder, 'corrected.csv'), 'utf8')).toBe(
      `${[header, ...right].join('\n')}\n`,
    );
    expect(readFileSync(join(folder, 'labels.csv'), 'utf8')).toBe(files['labels.csv']);
    const again = await command('inspect', 'labels.csv', '--apply', 'corrections.csv');
    expect(again.err).toContain(
      'corrected.csv: expected a new file, got one that is there already',
    );
  },
  2 * patience,
);

test.each([
  [['--fast-dev-run'], 'every fold is trained in one piece, to its last epoch'],
  [['--overfit-batch'], 'every fold is trained in one piece, to its last epoch'],
  [['--validation-share', '0.2'], 'every label is judged, in folds'],
  [['--test-share', '0.2'], 'every label is judged, in folds'],
])('%j is refused', async (given, reason) => {
  const words = ['--table', 'labels.csv', ...given, '--out', 'x.csv'];
  const { exitCode, err } = await command('suspects', ...words);
  expect([exitCode, err]).toEqual([
    2,
    `error: ocelli suspects: expected no ${given[0]}: ${reason}.\n`,
  ]);
});

test('pictures too small for the network are refused before the first fold', async () => {
  const rows = ['warm', 'cold', 'warm', 'cold'].map((kind, row) => `few/${row}.png,${kind}`);
  const files: Record<string, Buffer | string> = { 'few.csv': ['path,kind', ...rows].join('\n') };
  for (const row of rows.keys()) files[`few/${row}.png`] = await picture(row);
  writeTree(folder, files);
  const words = ['--table', 'few.csv', '--image-size', '16', '--model', 'densenet121'];
  const { exitCode, err } = await command('suspects', ...words, '--out', 'few-corrections.csv');
  expect(exitCode).toBe(2);
  expect(err).toMatch(
    /error: ocelli suspects: layer \S+ has nothing left of pictures of \(3, 16, 16\)/,
  );
});

test.each(['--out', '--html'])('%s in no folder is refused before any training', async (option) => {
  const { exitCode, err } = await command('suspects', '--table', 'none.csv', option, 'no/file');
  expect([exitCode, err]).toEqual([
    2,
    `error: ocelli suspects: expected ${option} to be in a folder that is there, got "no/file".\n`,
  ]);
});
