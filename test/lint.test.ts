import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Folders that git ignores, which programs fill: builds, runs, the site of `npm run docs`. */
const generated = readFileSync(join(root, '.gitignore'), 'utf8')
  .split('\n')
  .filter((line) => line.endsWith('/'));

test('what programs write is not linted, what people write is', async () => {
  const eslint = new ESLint({ cwd: root });
  const isIgnored = (path: string): Promise<boolean> => eslint.isPathIgnored(join(root, path));
  expect(generated).toContain('docs/api/');
  for (const folder of generated)
    expect([folder, await isIgnored(`${folder}a/b.ts`)]).toEqual([folder, true]);
  for (const path of ['recipes/a.ts', 'packages/torch/src/a.ts', 'docs/a.ts']) {
    expect([path, await isIgnored(path)]).toEqual([path, false]);
  }
});
