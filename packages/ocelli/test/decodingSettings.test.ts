import { join } from 'node:path';
import { setNumThreads } from '@ocelli/torch';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { plainPng, temporaryFolder, writeTree } from './dataTree.ts';
import { drawPictures } from './drawnPictures.ts';
import { inProcess } from './inProcess.ts';
import { untrainedRun } from './untrainedRun.ts';

// How a run decodes pictures is on its record: whoever asks it later has theirs decoded in the same way.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
process.env['OCELLI_CACHE'] = at('cache');
setNumThreads(1); // the work is small

const fits = ['cover', 'contain', 'fill'] as const;
type Fit = (typeof fits)[number];

/** Where the run lies that fits pictures so. */
const runs = new Map<Fit, string>();

beforeAll(async () => {
  await drawPictures(at('pictures'), { train: 4, test: 1 });
  const red = { width: 16, height: 16, channels: 3, background: '#c81e28' } as const;
  const begun = sharp({ create: red }).extend({ left: 8, background: 'white' }).png();
  const wide = await sharp(await begun.toBuffer())
    .extend({ right: 8, background: '#1428c8' })
    .png()
    .toBuffer();
  // The same picture in a square of 16, by the places of its parts.
  const low = await sharp(wide).resize({ width: 16, height: 8, fit: 'fill' }).png().toBuffer();
  const squares = {
    cover: sharp(wide).extract({ left: 8, top: 0, width: 16, height: 16 }),
    contain: sharp(low).extend({ top: 4, bottom: 4, background: 'black' }),
    fill: sharp(wide).resize({ width: 16, height: 16, fit: 'fill' }),
  };
  writePicture('wide', wide);
  for (const fit of fits) writePicture(fit, await squares[fit].png().toBuffer());
  writePicture('large', await plainPng({ r: 9, g: 9, b: 9 }, { width: 40, height: 20 }));
  const settings = { data: at('pictures'), imageSize: 16, maxPixels: 799 };
  for (const fit of fits) {
    const { path } = await untrainedRun(at('runs'), fit, { ...settings, fit });
    runs.set(fit, path);
  }
});

/** As a file, and as a data set with nothing else in it. */
function writePicture(name: string, content: Buffer): void {
  const files = ['blue', 'green', 'red'].map((hue): [string, Buffer] => [
    `only-${name}/${hue}/0.png`,
    content,
  ]);
  writeTree(folder, { [`${name}.png`]: content, ...Object.fromEntries(files) });
}

const runOf = (fit: Fit): string => runs.get(fit) ?? '';

/** What a command is asked about a picture, and what tells its answer from others. */
const commands: [string, (fit: Fit, picture: string) => string[], (out: string) => unknown][] = [
  [
    'predict',
    (fit, picture) => [at(`${picture}.png`), '--run', runOf(fit), '--format', 'csv'],
    (out) => /,(.+)\n$/.exec(out)?.[1],
  ],
  [
    'evaluate',
    (fit, picture) => [runOf(fit), '--data', at(`only-${picture}`), '--json'],
    (out) => (JSON.parse(out) as { loss: number }).loss,
  ],
  [
    'explain',
    (fit, picture) => [at(`${picture}.png`), '--run', runOf(fit), '--out', at('map.png')],
    (out) => /- +(\w+ +[\d.]+)%/.exec(out)?.[1],
  ],
];

describe.each(commands)('%s', (command, words, answer) => {
  const ask = async (fit: Fit, picture: string): Promise<unknown> =>
    answer((await inProcess(command, ...words(fit, picture))).out);

  test('takes a wide picture for the square that the fit of its run makes of it', async () => {
    const squares: unknown[] = [];
    const wide: unknown[] = [];
    for (const fit of fits) {
      squares.push(await ask('cover', fit)); // all runs have the same weights, and see squares alike
      wide.push(await ask(fit, 'wide'));
    }
    expect(wide).toEqual(squares);
    expect(new Set(squares).size).toBe(3);
  });

  test('refuses a picture with more pixels than the run allows', async () => {
    const { exitCode, err } = await inProcess(command, ...words('cover', 'large'));
    expect(exitCode).toBe(4);
    expect(err).toContain('expected at most 799 pixels, got 40x20. Shrink it, or allow more with');
  });
});
