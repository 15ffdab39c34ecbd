import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildModel } from '../src/train/buildModel.ts';
import { resolveExperiment } from '../src/train/experiment.ts';
import { createRunFolder, writeLabels } from '../src/train/runFolder.ts';
import { writeRunRecord } from '../src/train/runRecord.ts';
import { saveWeights } from '../src/train/weights.ts';
import { patience, startCommand } from './commandLine.ts';

let folder: string;
const attributes = { age: ['young', 'old'], pose: ['front', 'side', 'back'] };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ocelli-explain-'));
  const noise = { type: 'gaussian', mean: 120, sigma: 60 } as const;
  const create = { width: 40, height: 32, channels: 3, background: 'grey', noise } as const;
  await sharp({ create }).png().toFile(join(folder, 'photo.png'));
  const run = createRunFolder(join(folder, 'runs'), 'two');
  const experiment = resolveExperiment({ table: 'labels.csv', model: 'resnet18-cifar' });
  const labelNames = { attributes };
  const constants = { mean: [128, 128, 128], std: [64, 64, 64], trainCount: 1, validationCount: 1 };
  const pictures = { labelNames, height: 32, width: 32, ...constants };
  writeRunRecord(run, { experiment, pictures });
  writeLabels(run, labelNames);
  const heads = Object.entries(attributes).map(([attribute, classes]) => ({ attribute, classes }));
  const model = buildModel({ ...experiment, seed: 1 }, heads);
  saveWeights(run.weights, 'best', { model, epoch: 1, step: 1 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const explain = (...words: string[]) =>
  startCommand(folder, ['explain', 'photo.png', '--run', 'runs/two', ...words]).outcome;

test(
  'explain writes the picture and the map of every head, and says label and probability',
  async () => {
    const { exitCode, out, err } = await explain('--faithfulness');
    expect([exitCode, err.replace(/^warning.*\n/gm, '')]).toEqual([0, '']);
    expect(out).toMatch(/^picture +attribute +explained +probability +faithfulness\n/);
    expect(out).toMatch(/photo\.png +age +(young|old) +\d+\.\d+% +-?\d\.\d\d\n/);
    expect(out).toMatch(
      / +pose +(front|side|back) +\d+\.\d+% +-?\d\.\d\d\nwritten: explanation\.png\n$/,
    );
    const { width = 0, height = 0 } = await sharp(join(folder, 'explanation.png')).metadata();
    expect(width / height).toBeGreaterThan(2); // three tiles beside one another
  },
  patience,
);

test(
  'head, class, layer, method, colours and opacity all change the page',
  async () => {
    const pages: string[] = [];
    for (const words of [
      [],
      ['--head', 'pose'],
      ['--head', 'pose', '--class', 'back'],
      ['--layer', 'trunk.layer2'],
      ['--method', 'layer-cam'],
      ['--colours', 'jet'],
      ['--opacity', '0.2'],
    ]) {
      const { exitCode, err } = await explain(...words, '--out', 'page.html');
      expect([words, exitCode, err.replace(/^warning.*\n/gm, '')]).toEqual([words, 0, '']);
      pages.push(readFileSync(join(folder, 'page.html'), 'utf8'));
    }
    expect(new Set(pages).size).toBe(7);
    expect(pages[0]).toContain('<!doctype html>');
  },
  patience,
);

test(
  'the channels of a layer stand 16 a row',
  async () => {
    const words = ['--activations', 'trunk.layer2', '--out', 'maps.html'];
    const { exitCode, out, err } = await explain(...words);
    expect([exitCode, out, err]).toEqual([0, 'written: maps.html\n', '']);
    const page = readFileSync(join(folder, 'maps.html'), 'utf8');
    const places = [...page.matchAll(/<image x="(\d+)" y="(\d+)"/g)];
    expect(places).toHaveLength(128); // channels of the second stage
    expect(new Set(places.map(([, x]) => x)).size).toBe(16);
    expect(page).toContain('Channels of trunk.layer2: 128 maps of 16×16');
  },
  patience,
);

test.each([
  [['--activations', 'trunk.layr2'], 'Did you mean "trunk.layer2"?'],
  [['--head', 'poze'], '--head to be one of age, pose, got "poze". Did you mean "pose"?'],
  [['--head', 'pose', '--class', 'bak'], 'Did you mean "back"?'],
  [['--layer', 'layer2'], 'got "layer2". Did you mean "trunk.layer2"?'],
  [['--out', 'page.gif'], 'expected --out to be a .png or .html file, got "page.gif".'],
  [['--opacity', '0'], 'expected --opacity to be a number above 0 and at most 1, got "0".'],
])(
  '%j is refused in one sentence',
  async (words, sentence) => {
    const { exitCode, out, err } = await explain(...words);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
  },
  patience,
);
