import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawPictures } from './drawnPictures.ts';

const recipes = fileURLToPath(new URL('../../../recipes/', import.meta.url));
const names = readdirSync(recipes).filter((name) => name.endsWith('.ts'));

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ocelli-recipes-'));
  await drawPictures(join(folder, 'pictures'), { train: 6, test: 3, side: 32 });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(names)('recipe %s', (name) => {
  test('has at most 200 lines and imports the two packages alone', () => {
    const text = readFileSync(join(recipes, name), 'utf8');
    expect(text.split('\n').length).toBeLessThanOrEqual(201);
    const sources = [...text.matchAll(/from '([^']+)'/g)].map(([, source]) => source);
    expect(new Set(sources)).toEqual(new Set(['@ocelli/torch', 'ocelli']));
  });

  test('trains one epoch and measures it', async () => {
    const flags = ['--conditions=source', '--import', 'tsx', join(recipes, name)];
    const words = ['--data', join(folder, 'pictures'), '--epochs', '1'];
    const env = { ...process.env, OCELLI_CACHE: join(folder, 'cache') };
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, ...words], { env });
    expect(stdout).toMatch(/^epoch: 1 {2}lr: 0\.0000 {2}train loss: \d+\.\d{4} {2}train acc: /m);
    expect(stdout).toMatch(/^Test set: Average loss: \d+\.\d{4}, Accuracy: \d\/9 \(/m);
  }, 120_000);
});
