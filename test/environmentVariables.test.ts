import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFaults } from '@ocelli/torch/environment';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const folders = ['packages/torch', 'packages/ocelli', 'scripts', 'benchmarks', 'recipes'];
const skipped = /(^|\/)(node_modules|dist|build|test|proofs)\/|\.test\.ts$/;

/** `process.env['NAME']`, `env.NAME`, `{ NAME: value }: Environment` and C's `getenv("NAME")`. */
const reads = /(?:\benv(?:\.|\[')|getenv\("|\{ )(OCELLI_[A-Z_]+)/g;

function variablesRead(): Set<string> {
  const names = new Set<string>();
  for (const folder of folders) {
    for (const path of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(ts|mjs|cc|h)$/.test(path) || skipped.test(path)) continue;
      const text = readFileSync(join(root, folder, path), 'utf8');
      for (const [, name = ''] of text.matchAll(reads)) names.add(name);
    }
  }
  return names;
}

test('every variable that is read is known by its name, and no other', () => {
  const read = variablesRead();
  expect([...read].sort()).toEqual([
    'OCELLI_CACHE',
    'OCELLI_CPU_CACHE',
    'OCELLI_JOBS',
    'OCELLI_KERNELS',
    'OCELLI_PEER_PYTHON',
  ]);
  const { unread } = environmentFaults(Object.fromEntries([...read].map((name) => [name, ''])));
  expect(unread).toEqual([]);
});
