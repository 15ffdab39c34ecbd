import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Files, importsOf, rules } from './architecture.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const roots = ['packages', 'recipes', 'benchmarks', 'scripts', 'test', 'dashboard'];
const skipped = /(^|\/)(node_modules|dist|build|fixtures)(\/|$)/;
const code = /\.(ts|mjs|js|cc|h|py)$/;

function readRepository(): Files {
  const files = new Map<string, string>();
  for (const folder of roots.filter((name) => existsSync(root + name))) {
    for (const below of readdirSync(root + folder, { recursive: true, encoding: 'utf8' })) {
      const path = `${folder}/${below}`;
      if (code.test(path) && !skipped.test(path))
        files.set(path, readFileSync(root + path, 'utf8'));
    }
  }
  return files;
}

const repository = readRepository();

function check(name: string, files: Files): string[] {
  const rule = rules[name];
  if (!rule) throw new Error(`internal: there is no rule "${name}"`);
  return rule(files);
}

test('the repository is read', () => {
  expect(repository.has('packages/torch/src/tensor.ts')).toBe(true);
  expect(repository.has('packages/ocelli/src/models/davidNet.ts')).toBe(true);
});

test.each(Object.keys(rules))('in the repository: %s', (name) => {
  expect(check(name, repository)).toEqual([]);
});

test('imports are seen in every form, and not in comments', () => {
  const source = `
import { a } from './a.ts';
import type {
  B,
} from './b.ts';
export { c } from './c.ts';
export * from './d.ts';
import './e.ts';
const f = await import('./f.ts');
// import { g } from './g.ts';
/** import { h } from './h.ts'; */
`;
  const seen = ['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts'];
  expect(importsOf(source).sort()).toEqual(seen);
});

describe('each rule turns red', () => {
  const torch = 'packages/torch/src';
  const ocelli = 'packages/ocelli/src';
  const kernels = 'packages/torch/native/kernels';
  const planted: [rule: string, files: Record<string, string>, sentence: string][] = [
    [
      'imports go inward',
      { [`${torch}/errors.ts`]: `import type { T } from './tensor.ts';` },
      `${torch}/errors.ts imports ${torch}/tensor.ts: errors comes before tensor`,
    ],
    [
      'imports go inward',
      { [`${ocelli}/data/a.ts`]: `import { fit } from '../train/loop/fit.ts';` },
      `${ocelli}/data/a.ts imports ${ocelli}/train/loop/fit.ts: data/ comes before train/loop/`,
    ],
    [
      'imports go inward',
      { [`${ocelli}/data/a.ts`]: `import { b } from '../models/b.ts';` },
      `${ocelli}/data/a.ts imports ${ocelli}/models/b.ts: data/ and models/ are siblings`,
    ],
    [
      'imports go inward',
      { [`${ocelli}/data/a.ts`]: `import { T } from '../../../torch/src/tensor.ts';` },
      `${ocelli}/data/a.ts imports ${torch}/tensor.ts: another package is imported by its name`,
    ],
    [
      'kernels include inward',
      { [`${kernels}/vectors/vec.h`]: '#include "kernels/winograd/tiles.h"' },
      `${kernels}/vectors/vec.h includes winograd/tiles.h: vectors comes before it`,
    ],
    [
      'kernels include inward',
      { [`${kernels}/machine/range.h`]: '#include "kernels/peak.h"' },
      `${kernels}/machine/range.h includes peak.h: machine comes before it`,
    ],
    [
      'kernels include inward',
      { [`${kernels}/attic/old.h`]: '' },
      `${kernels}/attic/old.h is in a room that test/layers.ts does not list`,
    ],
    [
      'every source has a layer',
      { [`${torch}/stray.ts`]: '' },
      `${torch}/stray.ts has no layer: give it one in test/layers.ts`,
    ],
    [
      'mocks stay alone',
      { [`${torch}/nn/a.test.ts`]: "vi.mock('./init.ts', () => ({}));" },
      `${torch}/nn/a.test.ts mocks a module for the files after it: list it in test/alone.ts`,
    ],
    [
      'no cycles',
      {
        [`${torch}/nn/a.ts`]: `import { b } from './b.ts';`,
        [`${torch}/nn/b.ts`]: `import type { a } from './a.ts';`,
      },
      `${torch}/nn/a.ts → ${torch}/nn/b.ts → ${torch}/nn/a.ts is a cycle`,
    ],
    [
      'every source is reached',
      {
        [`${ocelli}/index.ts`]: `export { a } from './data/a.ts';`,
        [`${ocelli}/data/a.ts`]: `import { b } from './b.ts';`,
        [`${ocelli}/data/b.ts`]: '',
        [`${ocelli}/data/c.ts`]: `import { a } from './a.ts';`,
        [`${ocelli}/data/c.test.ts`]: `import { c } from './c.ts';`,
      },
      `${ocelli}/data/c.ts is reached by no command and no public name: nobody can use it`,
    ],
    [
      'no inner barrels',
      { [`${torch}/nn/index.ts`]: '' },
      `${torch}/nn/index.ts is an inner barrel: import the file that has the thing`,
    ],
    [
      'names say what is inside',
      { [`${ocelli}/data/utils.ts`]: '' },
      `${ocelli}/data/utils.ts says nothing about what is inside: put it with its concept`,
    ],
    [
      'files are short',
      { [`${ocelli}/data/a.ts`]: '\n'.repeat(401) },
      `${ocelli}/data/a.ts has 401 lines, the budget is 400`,
    ],
    [
      'files are short',
      { 'recipes/a.ts': '\n'.repeat(201) },
      'recipes/a.ts has 201 lines, the budget is 200',
    ],
    [
      'recipes and benchmarks use public entries',
      { 'recipes/a.ts': `import { T } from '../packages/torch/src/tensor.ts';` },
      `recipes/a.ts imports ${torch}/tensor.ts: only the public entries are open to it`,
    ],
    [
      'recipes and benchmarks use public entries',
      { 'benchmarks/a.ts': `import { T } from '@ocelli/torch/src/tensor.ts';` },
      'benchmarks/a.ts imports @ocelli/torch/src/tensor.ts: only the public entries are open to it',
    ],
  ];

  test.each(planted)('%s', (name, files, sentence) => {
    expect(check(name, new Map(Object.entries(files)))).toEqual([sentence]);
  });

  test('what the rules allow stays green', () => {
    const allowed = new Map([
      [`${ocelli}/index.ts`, `export { a } from './data/a.ts';`],
      [`${ocelli}/cli/main.ts`, `const { c } = await import('../train/loop/c.ts');`],
      [`${ocelli}/data/a.ts`, `import { b } from './b.ts';\nimport { T } from '@ocelli/torch';`],
      [`${ocelli}/data/b.ts`, ''],
      [`${ocelli}/train/loop/c.ts`, `import type { b } from '../../data/b.ts';`],
      [`${kernels}/conv3x3/conv3x3.cc`, '#include "kernels/winograd/winograd.h"'],
      [`${kernels}/register.cc`, '#include "kernels/conv3x3/conv3x3.h"'],
      [
        'recipes/a.ts',
        `import { davidNet } from 'ocelli';\nimport { zeros } from '@ocelli/torch';`,
      ],
    ]);
    expect(Object.keys(rules).flatMap((name) => check(name, allowed))).toEqual([]);
  });
});
