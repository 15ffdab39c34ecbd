import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Generator, randint, setNumThreads } from '@ocelli/torch';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ExperimentInput } from '../src/train/experiment/experiment.ts';
import type { RunFolder } from '../src/train/runFolder/runFolder.ts';
import { temporaryFolder } from './dataTree.ts';
import { drawPictures } from './drawnPictures.ts';
import { inProcess } from './inProcess.ts';
import { untrainedRun } from './untrainedRun.ts';

// Which pictures `ocelli evaluate --part` measures: those of runs that never trained.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
process.env['OCELLI_CACHE'] = at('cache');
setNumThreads(1); // the work is small

/** Lines of the table, by picture. */
const lines = new Map(
  Array.from({ length: 20 }, (_, row): [string, string] => {
    const name = `${row}.png`;
    return [name, `${name},${row % 3 === 0 ? 'Back' : 'Front'},${row % 2 === 0 ? 'old' : 'young'}`];
  }),
);

function writeTable(path: string, names: Iterable<string>): void {
  const rows = Array.from(names, (name) => lines.get(name) ?? '');
  writeFileSync(path, `image,pose,age\n${rows.join('\n')}\n`);
}

const runOf = (name: string, settings: ExperimentInput): Promise<RunFolder> =>
  untrainedRun(at('runs'), name, settings);

/** What was measured, without its name: the figures differ wherever the pictures do. */
async function measured(run: RunFolder, ...words: string[]) {
  const { out, err } = await inProcess('evaluate', run.path, '--json', ...words);
  expect(err).not.toContain('error');
  const { split, ...figures } = JSON.parse(out) as { split: string; count: number; loss: number };
  return { split, figures };
}

describe('of a table', () => {
  let run: RunFolder;
  let stored: Readonly<Record<string, readonly string[]>>;
  const settings = { table: at('labels.csv'), imageSize: 16, validationShare: 0.2 };

  beforeAll(async () => {
    const generator = new Generator({ seed: 5 });
    for (const name of lines.keys()) {
      const noise = randint({ high: 256, shape: [16, 16, 3], dtype: 'uint8', generator });
      const raw = { width: 16, height: 16, channels: 3 } as const;
      await sharp(noise.toTypedArray() as Uint8Array, { raw })
        .png()
        .toFile(at(name));
    }
    writeTable(at('labels.csv'), lines.keys());
    run = await runOf('parts', { ...settings, testShare: 0.3 });
    stored = JSON.parse(readFileSync(run.split, 'utf8')) as typeof stored;
  });

  test.each([
    ['train', 10],
    ['validation', 4],
    ['test', 6],
  ])(
    '--part %s measures the %i rows that the split of the run has there, and no others',
    async (part, count) => {
      const rows = stored[part] ?? [];
      writeTable(at(`${part}.csv`), rows);
      const alone = await measured(run, '--table', at(`${part}.csv`));
      expect(alone.figures.count).toBe(count);
      expect(await measured(run, '--part', part)).toEqual({ split: part, figures: alone.figures });
    },
  );

  test('without --part the pictures that the run validated on are measured', async () => {
    expect(await measured(run)).toEqual(await measured(run, '--part', 'validation'));
  });

  test('a run that held no rows back has no test part, and says how to have one', async () => {
    const without = await runOf('without', settings);
    expect(await inProcess('evaluate', without.path, '--part', 'test')).toMatchObject({
      exitCode: 4,
      err:
        `error: ${at('labels.csv')}: expected a test part for --part test, got none. ` +
        'Train with --test-share to hold one back.\n',
    });
  });

  test.each([
    [['--part', 'tset'], 'expected --part to be one of train, validation, test, got "tset".'],
    [
      ['--part', 'test', '--table', 'x.csv'],
      'expected no --part with --table, which is measured whole.',
    ],
    [['--images', 'p'], 'expected no --images without --table, whose paths start there.'],
  ])('%j is refused', async (words, sentence) => {
    const { exitCode, err } = await inProcess('evaluate', run.path, ...words);
    expect([exitCode, err.split(' Did you')[0]?.trimEnd()]).toEqual([
      2,
      `error: ocelli evaluate: ${sentence}`,
    ]);
  });
});

describe('of folders', () => {
  let run: RunFolder;
  beforeAll(async () => {
    await drawPictures(at('pictures'), { train: 6, test: 2 });
    await drawPictures(at('others'), { train: 4, test: 1 });
    run = await runOf('folders', { data: at('pictures'), validationShare: 0.5 });
  });

  test('--part test measures the test part that no epoch was judged by', async () => {
    const held = await measured(run, '--part', 'test');
    expect([held.split, held.figures.count]).toEqual(['test', 6]);
    expect(held).toEqual(await measured(run, '--data', at('pictures')));
    const own = await measured(run);
    expect([own.split, own.figures.count]).toEqual(['validation', 9]);
  });

  test('of other data, too, the part can be chosen', async () => {
    const others = ['--data', at('others')];
    const counts = async (...words: string[]) => {
      const { split, figures } = await measured(run, ...others, ...words);
      return [split, figures.count];
    };
    expect(await counts()).toEqual(['test', 3]);
    expect(await counts('--part', 'train')).toEqual(['train', 12]);
    const missing = await inProcess('evaluate', run.path, ...others, '--part', 'validation');
    expect([missing.exitCode, missing.err.split('\n').at(-2)]).toEqual([
      4,
      `error: ${at('others')}: expected a validation part for --part validation, got none.`,
    ]);
  });

  test('a run that validated on the test part has measured no other', async () => {
    const judged = await runOf('judged', { data: at('pictures') });
    expect(await measured(judged, '--part', 'test')).toEqual(await measured(judged));
  });
});
