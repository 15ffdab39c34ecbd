import fs from 'node:fs';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeTree } from '../../../test/dataTree.ts';
import { createHash } from 'node:crypto';
import { attributeNames, classesOf } from '../attributeSchema.ts';
import { openTable } from '../table/openTable.ts';
import { readTable } from '../table/readTable.ts';
import { Dice } from './dice.ts';
import { drawing } from './drawing.ts';
import { drawPersons } from './drawPersons.ts';
import { personLabels, shares } from './personLabels.ts';
import { personSchema } from './personSchema.ts';
import type { PersonLabels } from './personSchema.ts';
import { photograph } from './quality.ts';

describe('what drawn persons show', () => {
  test('has the class shares of the founding table', () => {
    const persons = personLabels(2000, 5);
    const counted = (name: keyof PersonLabels) =>
      personSchema[name].map((label) => persons.filter((one) => one[name] === label).length);
    // 2,000 times the published shares: male 56.26 %, Neutral 71.17 %, ... to the nearest whole.
    expect(counted('gender')).toEqual([875, 1125]);
    expect(counted('imagequality')).toEqual([1106, 330, 564]);
    expect(counted('age')).toEqual([368, 797, 506, 220, 109]);
    expect(counted('weight')).toEqual([1271, 131, 471, 127]);
    expect(counted('carryingbag')).toEqual([678, 195, 1127]);
    expect(counted('footwear')).toEqual([741, 369, 890]);
    expect(counted('emotion')).toEqual([221, 237, 1423, 119]);
    expect(counted('bodypose')).toEqual([325, 1235, 440]);
  });

  test('is Neutral from behind but for one in twenty, as in the founding table', () => {
    const backs = personLabels(2000, 1).filter(({ bodypose }) => bodypose === 'Back');
    const contradicting = backs.filter(({ emotion }) => emotion !== 'Neutral');
    expect([backs.length, contradicting.length]).toEqual([325, 16]); // 325 · 111 / 2207
  });

  test('adds up to the number of persons, whatever the weights', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9999 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 3000 }), (list, count) => {
        const total = list.reduce((sum, weight) => sum + weight, 0);
        const dealt = shares(list, count);
        expect(dealt.reduce((sum, value) => sum + value, 0)).toBe(count);
        for (const [i, value] of dealt.entries()) {
          expect(Math.abs(value - ((list[i] ?? 0) * count) / total)).toBeLessThan(1);
        }
      }),
      { numRuns: 50 },
    );
  });
});

const someone: PersonLabels = {
  gender: 'female',
  imagequality: 'Good',
  age: '25-35',
  weight: 'normal-healthy',
  carryingbag: 'None',
  footwear: 'Normal',
  emotion: 'Neutral',
  bodypose: 'Front-Frontish',
};

async function pixels(labels: PersonLabels, seed = 1): Promise<Buffer> {
  const quality = { quality: labels.imagequality, dice: new Dice(seed, 9) };
  return (await photograph(drawing(labels, seed), 112, quality)).raw().toBuffer();
}

/** Mean difference of all values, 0 to 255. */
function difference(a: Buffer, b: Buffer): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}

describe('a drawing', () => {
  const names = attributeNames(personSchema);
  test.each(names)('shows every class of %s', async (name) => {
    const classes = classesOf(personSchema, name);
    const shown = await Promise.all(
      classes.map((label) => pixels({ ...someone, [name]: label } as PersonLabels)),
    );
    for (const [i, one] of shown.entries()) {
      for (const other of shown.slice(i + 1)) expect(difference(one, other)).toBeGreaterThan(0.2);
    }
  });

  test('hides the emotion of a person seen from behind', () => {
    const back = { ...someone, bodypose: 'Back' } as const;
    expect(drawing({ ...back, emotion: 'Sad' }, 1)).toBe(drawing({ ...back, emotion: 'Happy' }, 1));
  });

  test('is the same for the same seed, and another person for another one', async () => {
    expect(drawing(someone, 4, 7)).toBe(drawing(someone, 4, 7));
    expect(difference(await pixels(someone, 1), await pixels(someone, 2))).toBeGreaterThan(5);
  });
});

describe('drawPersons', () => {
  const small = { count: 40, size: 32 };
  const hashes = (folder: string) =>
    fs
      .readdirSync(`${folder}/images`)
      .map((name) => hashOf(fs.readFileSync(`${folder}/images/${name}`)));

  test('writes JPEG files and a table that can be opened like any other', async () => {
    const folder = `${temporaryFolder()}/persons`;
    const { table, count } = await drawPersons(folder, { ...small, missing: 0.1 });
    expect([table, count]).toEqual([`${folder}/labels.csv`, 40]);
    const options = { path: table, schema: personSchema, cacheFolder: `${folder}-cache` };
    const { train, validation } = await openTable(options);
    expect([train.length, validation.length, train.imageShape]).toEqual([34, 6, [3, 32, 32]]);
    expect(train.labelsOf('emotion').length).toBe(34);
    const { format } = await sharp(`${folder}/images/00000.jpg`).metadata();
    expect(format).toBe('jpeg');
  });

  test('draws the same files for the same seed, others for another', async () => {
    const root = temporaryFolder();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `${root}/${name}`) as [string, string, string];
    await drawPersons(a, { ...small, seed: 3 });
    await drawPersons(b, { ...small, seed: 3 });
    await drawPersons(c, { ...small, seed: 4 });
    expect(hashes(a)).toEqual(hashes(b));
    expect(hashes(a)).not.toEqual(hashes(c));
    expect(fs.readFileSync(`${a}/labels.csv`)).toEqual(fs.readFileSync(`${b}/labels.csv`));
  });

  test('makes as many labels wrong and missing as it is told', async () => {
    const root = temporaryFolder();
    const clean = await drawPersons(`${root}/clean`, { ...small, wrong: 0, missing: 0 });
    const wrong = await drawPersons(`${root}/wrong`, { ...small, wrong: 1, missing: 0 });
    const none = await drawPersons(`${root}/none`, { ...small, missing: 0.5 });
    expect([clean.wrongLabels, clean.missingLabels]).toEqual([0, 0]);
    const truth = (await readTable(clean.table, { schema: personSchema })).table;
    const turned = (await readTable(wrong.table, { schema: personSchema })).table;
    expect(truth.labels.some((label, i) => label === turned.labels[i])).toBe(false);
    expect(wrong.wrongLabels).toBe(320);
    expect(Math.abs(none.missingLabels - 160)).toBeLessThan(40);
    expect(hashes(`${root}/clean`)).toEqual(hashes(`${root}/none`));
  });

  test('tells how far it is, and leaves a folder with files alone', async () => {
    const root = temporaryFolder();
    const seen: number[] = [];
    await drawPersons(root, { count: 3, size: 16, onDraw: ({ done }) => seen.push(done) });
    expect(seen).toEqual([1, 2, 3]);
    await expect(drawPersons(root, { count: 3 })).rejects.toThrow(
      `${root}: expected a new or empty folder to draw into, got one with files.`,
    );
    const file = `${writeTree(temporaryFolder(), { x: '' })}/x`;
    await expect(drawPersons(`${file}/y`)).rejects.toThrow('expected a folder to draw into, got');
    await expect(drawPersons(root, { size: 8 })).rejects.toThrow(
      'drawPersons: expected size to be an integer of at least 16, got 8.',
    );
  });
});

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
