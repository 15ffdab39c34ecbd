import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { plainPng, temporaryFolder, writeTree } from '../../../test/dataTree.ts';
import { openTable } from './openTable.ts';
import type { OpenTableOptions } from './openTable.ts';
import { writeSplitFile } from './splitFile.ts';
import type { AttributeSchema } from '../attributeSchema.ts';

const count = 20;
const header = 'image,shade,half\n';
const rowOf = (i: number): string =>
  `p/${i}.png,${i % 2 === 0 ? 'dark' : 'light'},${i === 3 ? '' : i < 10 ? 'first' : 'second'}\n`;
const rows = Array.from({ length: count }, (_, i) => rowOf(i));

/** Twenty pictures, each of its own grey, and their table. */
async function dataTree(table = header + rows.join('')): Promise<string> {
  const folder = temporaryFolder();
  const files: Record<string, Buffer | string> = { 'labels.csv': table };
  for (let i = 0; i < count; i++) files[`p/${i}.png`] = await plainPng({ r: i, g: i, b: 100 });
  return writeTree(folder, files);
}

const open = (folder: string, options: Partial<OpenTableOptions<AttributeSchema>> = {}) =>
  openTable({ path: `${folder}/labels.csv`, cacheFolder: `${folder}/cache`, ...options });

describe('openTable', () => {
  test('gives parts whose pictures, labels and names belong together', async () => {
    const { train, validation, schema, warnings, skipped } = await open(await dataTree());
    expect(schema).toEqual({ shade: ['dark', 'light'], half: ['first', 'second'] });
    expect([train.length, validation.length, warnings, skipped]).toEqual([17, 3, [], []]);
    const seen: number[] = [];
    for (const part of [train, validation]) {
      const { images, labels } = part.at(Int32Array.from({ length: part.length }, (_, i) => i));
      const shown = images.select(1, 0).select(1, 0).select(1, 0).toArray() as number[];
      expect(shown.map((i) => `p/${i}.png`)).toEqual(shown.map((_, i) => part.nameOf(i)));
      expect(labels.toArray()).toEqual(shown.map((i) => [i % 2, i === 3 ? -1 : i < 10 ? 0 : 1]));
      seen.push(...shown);
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
  });

  test('measures mean and deviation on the training part alone', async () => {
    const { train, statistics } = await open(await dataTree());
    const greys = Array.from({ length: train.length }, (_, i) =>
      Number.parseInt(train.nameOf(i).slice(2)),
    );
    const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
    expect(statistics.mean[0]).toBeCloseTo(mean, 10);
    expect([statistics.mean[2], statistics.std[2]]).toEqual([100, 0]);
  });

  test('decodes once, and nothing anew for other labels, rules or parts', async () => {
    const folder = await dataTree();
    expect((await open(folder)).fromCache).toBe(false);
    fs.writeFileSync(`${folder}/labels.csv`, header + rows.join('').replace('light', 'dark'));
    const again = await open(folder, { split: { seed: 4, test: 0.2 } });
    expect([again.fromCache, again.test?.length]).toEqual([true, 4]);
    expect(again.table.labelOf(1, 'shade')).toBe('dark');
    fs.writeFileSync(`${folder}/p/0.png`, await plainPng({ r: 9, g: 9, b: 9 }));
    expect((await open(folder)).fromCache).toBe(false);
  });

  test('takes pictures of the same names, sizes and times below another folder for others', async () => {
    const folder = await dataTree();
    const other = writeTree(temporaryFolder(), {
      'p/0.png': await plainPng({ r: 0, g: 0, b: 90 }),
    });
    for (let i = 0; i < count; i++) {
      const [from, to] = [`${folder}/p/${i}.png`, `${other}/p/${i}.png`];
      if (i > 0) fs.copyFileSync(from, to);
      for (const file of [from, to]) fs.utimesSync(file, 1e9, 1e9);
      expect(fs.statSync(to).size).toBe(fs.statSync(from).size);
    }
    const first = await open(folder);
    const second = await open(folder, { folder: other });
    const blueOf = ({ all }: typeof first) =>
      all.at(Int32Array.of(0)).images.select(1, 2).max().item();
    expect([blueOf(first), blueOf(second)]).toEqual([100, 90]);
    expect((await open(folder, { folder: other })).fromCache).toBe(true);
  });

  test('applies corrections before the split and oversampling to the training part', async () => {
    const { train, table, corrections, oversampling, split } = await open(await dataTree(), {
      corrections: [{ when: { half: 'second' }, set: { shade: 'dark' } }],
      oversampling: [{ when: { shade: 'light' }, times: 3 }],
    });
    expect(corrections).toEqual([
      { rule: 'half = second => shade := dark', matched: 10, changed: 5, contradicted: 5 },
    ]);
    const light = [...split.train].filter((row) => table.labelOf(row, 'shade') === 'light').length;
    expect(train.length).toBe(17 + 2 * light);
    expect(oversampling?.rows.length).toBe(train.length);
  });

  test('checks rules before any picture is decoded', async () => {
    const folder = await dataTree();
    fs.writeFileSync(`${folder}/p/4.png`, 'no picture'); // would be found while decoding
    const corrections = [{ when: { half: 'secnd' }, set: { shade: 'dark' } }];
    await expect(open(folder, { corrections })).rejects.toThrow(
      'expected half to be one of first, second, got "secnd". Did you mean "second"?',
    );
    const oversampling = [{ when: { shde: 'light' }, times: 3 }];
    await expect(open(folder, { oversampling })).rejects.toThrow(
      'oversampling: expected attribute to be one of shade, half, got "shde". Did you mean "shade"?',
    );
    expect(fs.existsSync(`${folder}/cache`)).toBe(false);
  });

  test('trains on all rows where none shall be held back', async () => {
    const { train, validation, split } = await open(await dataTree(), { split: 'none' });
    expect([train.length, validation.length]).toEqual([count, 0]);
    expect([...split.train]).toEqual([...Array(count).keys()]);
  });

  test('warns of an attribute of its schema that no row has a label for', async () => {
    const schema = { shade: ['dark', 'light'], half: ['first', 'second'] };
    const bare = rows.map((row) => row.replace(/first|second/, ''));
    const { warnings, train } = await open(await dataTree(header + bare.join('')), { schema });
    expect(warnings[0]).toBe(
      'training part: no picture has a label of half; its head learns nothing.',
    );
    expect(train.classCounts()).toMatchObject({ half: [0, 0] });
  });

  test('takes the first rows only, with the classes of all', async () => {
    const { table, schema } = await open(await dataTree(), { first: 8 });
    expect([table.length, schema]).toEqual([
      8,
      { shade: ['dark', 'light'], half: ['first', 'second'] },
    ]);
  });

  test('uses a stored split again', async () => {
    const folder = await dataTree();
    const one = await open(folder, { split: { seed: 7 } });
    writeSplitFile(`${folder}/split.json`, one.table, one.split);
    const two = await open(folder, { splitFile: `${folder}/split.json` });
    expect([...two.split.validation]).toEqual([...one.split.validation]);
    expect([...one.split.validation]).not.toEqual([...(await open(folder)).split.validation]);
  });

  test('keeps pictures that look the same in one part, and says so', async () => {
    const folder = await dataTree();
    for (let i = 10; i < count; i++) fs.copyFileSync(`${folder}/p/0.png`, `${folder}/p/${i}.png`);
    const { split, warnings } = await open(folder, { split: { validation: 0.5 } });
    const held = Array.from({ length: 10 }, (_, i) => split.validation.includes(i + 10));
    expect(new Set([...held, split.validation.includes(0)]).size).toBe(1);
    expect(warnings).toContain(
      `${folder}/labels.csv: 10 pictures look exactly like another one ("p/10.png" is "p/0.png"); ` +
        'such pictures stay in one part.',
    );
  });

  test('leaves bad pictures out with their rows when told to', async () => {
    const folder = await dataTree();
    fs.writeFileSync(`${folder}/p/4.png`, 'no picture');
    await expect(open(folder)).rejects.toThrow(
      'p/4.png: expected a JPEG, PNG, WebP or GIF picture',
    );
    const { table, skipped, train, validation } = await open(folder, { onBadImage: 'skip' });
    expect([table.length, train.length + validation.length]).toEqual([19, 19]);
    expect(skipped.map(({ path }) => path)).toEqual(['p/4.png']);
    expect([table.pathOf(4), train.labels.length]).toEqual(['p/5.png', 2 * train.length]);
  });

  test('warns of a class with one picture and of a part without a class', async () => {
    const folder = await dataTree(header + rows.join('').replace('19.png,light', '19.png,grey'));
    const { warnings } = await open(folder);
    expect(warnings).toEqual([
      `${folder}/labels.csv: class "grey" of shade has one picture.`,
      'validation part: no picture has class "grey" of shade; its figures leave it out.',
    ]);
  });
});

test('names in other letters are found in either form of Unicode', async () => {
  const folder = temporaryFolder();
  const names = ['Größe é/für mich.png', 'Größe é/日本.png', 'Größe é/ñandú.png'];
  for (const [i, name] of names.entries()) {
    writeTree(folder, { [name.normalize('NFD')]: await plainPng({ r: i, g: i, b: i }) });
  }
  const lines = names.map((name, i) => `${name.normalize('NFC')},${i === 0 ? 'süß' : 'herb'}`);
  writeTree(folder, { 'labels.csv': `Bild,Geschmack\n${lines.join('\n')}\n` });
  const { schema, all } = await open(folder, { split: 'none' });
  expect([schema, all.length]).toEqual([{ Geschmack: ['herb', 'süß'] }, 3]);
});

test('classes that differ in case or spaces alone are warned of', async () => {
  const folder = await dataTree(header + rows.join('').replaceAll('4.png,dark', '4.png,Dark '));
  const { warnings, schema } = await open(folder, { ignore: ['half'] });
  expect(schema).toEqual({ shade: ['Dark', 'dark', 'light'] });
  expect(warnings).toContain(
    `${folder}/labels.csv: classes "Dark" and "dark" of shade differ in case, spaces or hyphens alone. Are they one?`,
  );
});

describe('openTable refuses', () => {
  const outside = 'p/0.png';
  const refused: [string, string, string][] = [
    ['a picture that does not exist', '"p/99.png", which does not exist.', 'p/99.png'],
    ['a path that leads outside', '"../0.png", which leads outside.', '../0.png'],
    ['a folder', '"p", which is no file.', 'p'],
  ];
  test.each(refused)('%s, with line and column', async (_, got, path) => {
    const folder = await dataTree(header + rows.join('').replace(outside, path));
    await expect(open(folder, { imageColumn: 'image' })).rejects.toThrow(
      `${folder}/labels.csv line 2, column image: expected a file below ${fs.realpathSync(folder)}, ` +
        `got ${got} Correct the path, or pass the folder it starts from (folder, --images).`,
    );
  });

  test('a link that leads outside', async () => {
    const folder = await dataTree();
    const elsewhere = writeTree(temporaryFolder(), { 'x.png': 'x' });
    fs.rmSync(`${folder}/p/0.png`);
    fs.symlinkSync(`${elsewhere}/x.png`, `${folder}/p/0.png`);
    await expect(open(folder)).rejects.toThrow('got "p/0.png", which leads outside.');
  });

  test('a picture twice', async () => {
    const folder = await dataTree(header + rows.join('') + './p/5.png,dark,first\n');
    await expect(open(folder)).rejects.toThrow(
      `${folder}/labels.csv line 22, column image: expected every picture once, got "p/5.png" again ` +
        'after line 7. Delete one of the rows.',
    );
  });

  test('pictures that lie elsewhere, counted', async () => {
    const folder = await dataTree();
    await expect(open(folder, { folder: `${folder}/p` })).rejects.toThrow(
      'got "p/0.png", which does not exist (so are 20 of 20).',
    );
  });

  test('options that say nothing or too much', async () => {
    const folder = await dataTree();
    await expect(open(folder, { splits: {} } as object)).rejects.toThrow('Did you mean "split"?');
    await expect(open(folder, { first: 0 })).rejects.toThrow(
      'openTable: expected first to be a positive integer, got 0.',
    );
    await expect(open(folder, { split: {}, splitFile: 'x' })).rejects.toThrow(
      'openTable: expected split to be left out beside splitFile, which holds one, got {}.',
    );
  });
});
