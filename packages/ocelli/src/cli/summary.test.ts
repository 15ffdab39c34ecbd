import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { costText, modelCost, type ModelCost } from '../report/modelCost.ts';
import { main } from './main.ts';

let out = '';
let err = '';
beforeEach(() => {
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((out += String(text))));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((err += String(text))));
});
afterEach(() => vi.restoreAllMocks());

test('prints layers, heads and totals of a person system', async () => {
  expect(await main(['summary', 'bottleneck-towers', '--input', '3x64x64'])).toBe(0);
  const lines = out.split('\n');
  expect(lines.find((line) => line.startsWith('trunk.stem.0.conv '))).toMatch(
    /^trunk\.stem\.0\.conv +Conv2d +32×64×64 +896 +3,538,944 +3 +1$/,
  );
  expect(lines.find((line) => line.startsWith('gender_output '))).toMatch(
    /^gender_output +2 +134,338 +58 +8 +8–58$/,
  );
  expect(out).toMatch(
    /parameters +1,779,707\n {2}trainable +1,772,347\n {2}not trainable +7,360\n/,
  );
});

test('prints the same as JSON, for heads or classes of the command line', async () => {
  await main([
    'summary',
    'resnet20',
    '--input',
    '3x32x32',
    '--heads',
    'colour=4,shape=3',
    '--json',
  ]);
  const { model, heads, input } = JSON.parse(out) as Record<string, unknown>;
  expect({ model, input }).toEqual({ model: 'resnet20', input: [3, 32, 32] });
  expect(heads).toMatchObject([{ outputName: 'colour_output' }, { outputName: 'shape_output' }]);
  out = '';
  await main(['summary', 'resnet20', '--input', '3x32x32', '--classes', '7', '--json']);
  expect(JSON.parse(out)).toMatchObject({ total: 274_442 - 3 * 65, heads: [] });
});

test('a model of one label says which objects it suits', async () => {
  await main(['summary', 'mnist-net', '--input', '3x28x28']);
  // By hand: 3×3 twice and a halving 1 + 2 + 2 + 1, three times 3×3 two apart 12 more, a mean of 5×5 8 more.
  expect(out).toMatch(/\nobjects it suits, px +10–26\n/);
});

test('without a model names all of them', async () => {
  await main(['summary']);
  expect(out).toContain('  densenet121\n');
  expect(out).toContain('Made for attributes of a person:\n  davidnet-heads\n');
});

describe('--diagram', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ocelli-diagram-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const drawn = async (name: string): Promise<Buffer> => {
    const words = ['resnet20', '--input', '3x32x32', '--heads', 'colour=4,shape=3'];
    expect(await main(['summary', ...words, '--diagram', join(folder, name)])).toBe(0);
    return readFileSync(join(folder, name));
  };

  test.each(['svg', 'png', 'html'])('draws the model as %s', async (kind) => {
    const file = await drawn(`model.${kind}`);
    if (kind === 'png') {
      const { width = 0, height = 0 } = await sharp(file).metadata();
      expect(height).toBeGreaterThan(width);
      return;
    }
    expect(file.toString()).toContain('>tower colour</text>');
    const [, left = NaN] = /x="([\d.]+)"[^>]*>colour</.exec(file.toString()) ?? [];
    const [, right = NaN] = /x="([\d.]+)"[^>]*>shape</.exec(file.toString()) ?? [];
    expect(Number(left)).toBeLessThan(Number(right)); // as declared
    expect(file.toString()).toContain('>32 × 16 × 16</text>');
    expect(file.includes('<script>')).toBe(kind === 'html');
  });

  test('a page has a drawing of every level, no two things of it in one place', async () => {
    const page = String(await drawn('levels.html'));
    const drawings = page.split('<svg').slice(1);
    expect(drawings.length).toBe(page.match(/<button data-level/g)?.length);
    for (const drawing of drawings) {
      const boxes = [
        ...drawing.matchAll(/<title>[^<]*<\/title>.*?<rect x="([\d.]+)" y="([\d.]+)"/g),
      ];
      const places = boxes.map(([, x, y]) => `${x} ${y}`);
      expect(new Set(places).size).toBe(places.length);
    }
    expect(page).toContain('>every layer</button>');
  });

  test('of another kind of file is refused before the model is looked at', async () => {
    const path = join(folder, 'model.pdf');
    expect(await main(['summary', 'nothing', '--input', '3x32x32', '--diagram', path])).toBe(2);
    expect(err).toContain('expected --diagram to be a .svg or .png or .html file, got ');
  });
});

describe('costs', () => {
  const costOf = async (...words: string[]) => {
    out = '';
    await main(['summary', 'resnet20', '--input', '3x32x32', '--json', ...words]);
    return (JSON.parse(out) as { cost: ModelCost }).cost;
  };

  test('grow with the batch, and say which one fits', async () => {
    const [one, ten] = [await costOf('--batch', '1'), await costOf('--batch', '10')];
    expect(ten.memory.activations).toBe(10 * one.memory.activations);
    expect(one.memory.weights).toBe(4 * 274_442); // running statistics too
    expect(one.largestBatch).toBeGreaterThan(10);
    expect([one.trial, ten.batch]).toEqual([undefined, 10]);
  });

  test('are those of 32 pictures of 224 pixels, unless told otherwise', async () => {
    await main(['summary', 'resnet20', '--json']);
    expect(JSON.parse(out)).toMatchObject({ input: [3, 224, 224], cost: { batch: 32 } });
  });

  test('of time are foretold by a trial', async () => {
    const { trial } = await costOf('--batch', '2', '--trial', '101');
    expect(trial).toMatchObject({ steps: 10, batch: 2, pictures: 101 });
    expect(trial?.secondsPerStep).toBeGreaterThan(0);
    expect(trial?.secondsPerEpoch).toBeCloseTo(51 * Number(trial?.secondsPerStep), 9);
  });

  test('of memory are those of the trial, where it measured them', () => {
    const totals = { total: 2e6, trainable: 1e6, nonTrainable: 1e6, multAdds: 0 };
    const summary = { ...totals, input: [3, 1000, 1000], layers: [], heads: [] } as const;
    const trial = { batch: 4, steps: 10, secondsPerStep: 1, bytes: 4 * 50e6 + 8e6 };
    const options = { batch: 4, available: 1e9 };
    // 24 MB a picture as far as layers tell, 50 MB measured; weights 8, gradients and momentum 4 each.
    expect(modelCost(summary, options).largestBatch).toBe(Math.floor(984 / 24));
    expect(modelCost(summary, { ...options, trial }).largestBatch).toBe(Math.floor(984 / 50));
  });

  test('of several models stand side by side', async () => {
    await main(['summary', 'resnet20', 'resnet32', '--input', '3x32x32', '--batch', '4']);
    expect(out).toMatch(
      /^model +parameters +mult-adds +weights +memory, batch 4 +largest batch\nresnet20 +[\d,]+ /,
    );
    expect(out).toMatch(/\nresnet32 +[\d,]+ +[\d,]+ +[\d.]+ MB +\d+ MB +[\d,]+\n$/);
  });

  test('are told with what a trial took, and with advice where the batch does not fit', () => {
    const memory = {
      weights: 8e6,
      gradients: 8e6,
      optimizer: 8e6,
      activations: 9e8,
      total: 9.24e8,
    };
    const trial = { steps: 10, batch: 9, secondsPerStep: 0.5, pictures: 900, secondsPerEpoch: 50 };
    const cost = { batch: 9, memory: { ...memory, available: 5e8 }, largestBatch: 4, trial };
    const text = costText(cost);
    expect(text).toContain('weights                     8.0 MB\n');
    expect(text).toContain('A batch of 9 does not fit: try --batch-size 4,');
    expect(text).toContain('500ms/step, 18 pictures/s; an epoch of 900 pictures takes about 50s\n');
    const measured = costText({ ...cost, trial: { ...trial, bytes: 6e8 } });
    expect(measured).toContain('18 pictures/s, 600 MB beside the weights; an epoch');
    expect(costText({ ...cost, largestBatch: 0 })).toContain('not even one picture does.');
    expect(costText({ ...cost, largestBatch: 9 })).not.toContain('does not fit');
  });
});

test.each([
  [
    ['--diagram', 'a.svg', '--trial', '100', '--json'],
    'ocelli summary: expected a model with --diagram, --trial, got none.',
  ],
  [
    ['--input', '3x32x32', '--batch', '4', '--classes', '3', '--heads', 'age=5'],
    'ocelli summary: expected a model with --input, --batch, --classes, --heads, got none.',
  ],
  [['resnet20', '--batch', '0'], 'expected --batch to be a positive integer, got "0".'],
  [['resnet20', '--trial', 'x'], 'expected --trial to be a positive integer, got "x".'],
  [['resnet20', 'resnet32', '--diagram', 'a.png'], '--diagram to be left out with several models'],
  [['resnet99'], 'createModel: expected name to be a model of the catalog, got "resnet99".'],
  [
    ['resnet20', '--input', '224'],
    'ocelli summary: expected --input to be channels, height and width such as 3x224x224, got "224".',
  ],
  [
    ['resnet20', '--heads', 'age'],
    'ocelli summary: expected --heads to be name=classes,name=classes,..., got "age".',
  ],
  [
    ['resnet20', '--classes', '3', '--heads', 'age=5'],
    'ocelli summary: expected --classes to be left out with --heads, got 3.',
  ],
])('%j is refused in one sentence', async (words, sentence) => {
  expect(await main(['summary', ...words])).toBe(2);
  expect(err).toContain(sentence);
});

test('pictures that the model cannot take are refused with the layer that they do not fit', async () => {
  expect(await main(['summary', 'resnet20', '--input', '32x32x3'])).toBe(1);
  expect(err).toContain('layer stem.conv does not fit pictures of (32, 32, 3).');
});
