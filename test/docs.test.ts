import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as torch from '@ocelli/torch';
import * as ocelli from 'ocelli';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, runExample } from './examples.ts';
import { typeErrorsIn } from './exampleTypes.ts';

const modules = {
  '@ocelli/torch': torch,
  'node:fs': fs,
  'node:os': os,
  'node:path': path,
  ocelli,
};

const docs = path.join(import.meta.dirname, '../docs');
const home = process.cwd();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ocelli-docs-'));

/** The folder `pictures` that the pages speak of: three classes, 24 training and 12 test pictures. */
async function drawPictures(): Promise<void> {
  for (const [split, count] of [
    ['train', 8],
    ['test', 4],
  ] as const) {
    for (const name of ['circle', 'dots', 'stripes']) {
      const place = path.join(folder, 'pictures', split, name);
      fs.mkdirSync(place, { recursive: true });
      for (let index = 0; index < count; index++) {
        const background = { r: 20 * index, g: name.length * 30, b: 90 + 5 * index };
        const create = { width: 40, height: 40, channels: 3, background } as const;
        await sharp({ create })
          .png()
          .toFile(path.join(place, `${index}.png`));
      }
    }
  }
}

beforeAll(async () => {
  torch.setNumThreads(1); // small work; threads would only wait for one another
  await drawPictures();
  process.chdir(folder);
  process.env['OCELLI_CACHE'] = path.join(folder, 'cache');
});

afterAll(() => {
  process.chdir(home);
  fs.rmSync(folder, { recursive: true });
});

describe.each([
  'torch.md',
  'training.md',
  'data.md',
  'persons.md',
  'augmentation.md',
  'schedules.md',
  'report.md',
  'models.md',
  'explaining.md',
  'pretrained.md',
])('docs/%s', (name) => {
  const examples = examplesOf(fs.readFileSync(path.join(docs, name), 'utf8'));

  it('has examples, and each promises something', () => {
    expect(examples.length).toBeGreaterThan(1);
    expect(examples.filter(({ code }) => !/console\.log\(.*\); \/\/ /.test(code))).toEqual([]);
  });

  it.each(examples)(
    'the example at line $line prints what it says',
    { timeout: 120_000 },
    async (example) => {
      const { printed, promised } = await runExample(example, modules);
      expect(printed).toEqual(promised);
    },
  );
});

function toPage(name: string): string {
  return `docs/${name}.md`;
}

it(
  'every example passes the type checker, and one with a mistake does not',
  { timeout: 180_000 },
  () => {
    const sources = new Map([['mistake', "const count: number = 'three';\nexport { count };\n"]]);
    const typed = [
      'README.md',
      ...['torch', 'training', 'data', 'persons', 'models', 'pretrained'].map(toPage),
    ];
    for (const page of typed) {
      for (const { line, code } of examplesOf(
        fs.readFileSync(path.join(docs, '..', page), 'utf8'),
      )) {
        sources.set(`${page} line ${line}`.replace('/', ' '), code);
      }
    }
    const errors = typeErrorsIn(sources);
    expect(errors.filter((error) => !error.includes('mistake.ts'))).toEqual([]);
    expect(errors).toHaveLength(1);
  },
);

it('an example that prints something else is caught', async () => {
  const wrong = { line: 1, code: 'console.log(1 + 1); // 3\n' };
  expect(await runExample(wrong, {})).toEqual({ printed: ['2'], promised: ['3'] });
});
