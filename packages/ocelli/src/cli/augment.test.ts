import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tensor } from '@ocelli/torch';
import { createTransform } from '../augment/createTransform.ts';
import { augmentationRows } from '../report/pictures/augmentationGrid.ts';
import { runAugment } from './augment.ts';

const folder = mkdtempSync(join(tmpdir(), 'ocelli-augment-'));
const at = (name: string) => join(folder, name);
const defaults = { count: '1', size: '32', seed: '0' };

beforeAll(async () => {
  for (const [name, background] of [
    ['red', '#c00000'],
    ['blue', '#0000c0'],
  ] as const) {
    const create = { width: 40, height: 40, channels: 3, background } as const;
    await sharp({ create })
      .png()
      .toFile(at(`${name}.png`));
  }
  writeFileSync(at('policy.json'), '[{"flip": {}}, {"invert": {}}]');
  writeFileSync(at('bad.json'), '[{"flip": {},]');
  writeFileSync(at('wrong.json'), '[{"rotat": {}}]');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Colour of one pixel of a PNG. */
async function pixel(path: string, place: { left: number; top: number }): Promise<number[]> {
  const one = await sharp(path)
    .extract({ ...place, width: 1, height: 1 })
    .raw()
    .toBuffer();
  return [...one];
}

describe('ocelli augment', () => {
  test('--preview draws the originals, a row for each transform, and all together', async () => {
    await runAugment(at('red.png'), {
      ...defaults,
      preview: at('grid.png'),
      policy: at('policy.json'),
    });
    const { height = 0 } = await sharp(at('grid.png')).metadata();
    // Four rows of 96 pixels with 6 between them and around them, at twice the density.
    expect(height).toBe(2 * (4 * 102 + 6));
    const middleOf = (row: number) =>
      pixel(at('grid.png'), { left: 600, top: 2 * (6 + row * 102 + 48) });
    expect(await middleOf(0)).toEqual([192, 0, 0]);
    expect(await middleOf(1)).toEqual([192, 0, 0]);
    expect(await middleOf(2)).toEqual([63, 255, 255]);
    expect(await middleOf(3)).toEqual([63, 255, 255]);
  });

  test('a row says its settings in short, and where it changes nothing', () => {
    const images = tensor([120, 60, 30, 200], { dtype: 'uint8' }).reshape([1, 1, 2, 2]);
    const one = images.expand([1, 3, 2, 2]).contiguous();
    const made = [
      createTransform('cutmix', { alpha: 1 }),
      createTransform('invert', {}),
      createTransform('randomErase', { aspect: [0.3, 10 / 3] }),
    ];
    const notes = augmentationRows(one, made, { columns: 2 }).map(({ note }) => note);
    expect(notes.slice(0, 3)).toEqual([
      '',
      'alpha 1, probability 1, changes nothing on these pictures', // there is no other to mix it with
      'probability 1',
    ]);
    expect(notes[3]).toContain('aspect [0.3,3.333]');
  });

  test('--save writes each picture of a folder as often as asked, transformed', async () => {
    const options = { ...defaults, policy: at('policy.json'), save: at('out'), count: '2' };
    await runAugment(folder, options);
    const names = readdirSync(at('out')).sort();
    expect(names.filter((name) => name.includes('-red-'))).toHaveLength(2);
    expect(names.filter((name) => name.includes('-blue-'))).toHaveLength(2);
    const red = names.find((name) => name.includes('-red-')) ?? '';
    expect(await pixel(join(at('out'), red), { left: 5, top: 5 })).toEqual([63, 255, 255]);
  });

  test.each([
    [{}, 'ocelli augment: expected --preview FILE.png or --save FOLDER, got neither.'],
    [
      { preview: 'x.png', seed: '-1' },
      'ocelli augment: expected --seed to be a whole number of 0 or more, got "-1".',
    ],
    [
      { preview: 'x.png', size: '0' },
      'ocelli augment: expected --size to be a positive integer, got "0".',
    ],
    [
      { preview: 'x.jpg', policy: at('bad.json') },
      'ocelli augment: expected --preview to be a .png file, got "x.jpg".',
    ],
    [{ preview: 'x.png', policy: at('bad.json') }, /bad\.json: expected JSON, got /],
    [
      { preview: 'x.png', policy: at('wrong.json') },
      'augmentation: unknown transform "rotat". Did you mean "rotate"?',
    ],
  ])('refuses %j', async (options, message) => {
    await expect(runAugment(at('red.png'), { ...defaults, ...options })).rejects.toThrow(message);
  });
});
