import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { exitCodeOf, exitCodes } from '../packages/ocelli/src/cli/exitCodes.ts';
import { OcelliError } from '../packages/torch/src/errors.ts';

const root = join(import.meta.dirname, '..');

/** Codes of errors in the packages, with the class that carries them. */
function codesInSources(): Map<string, string> {
  const codes = new Map<string, string>();
  for (const name of readdirSync(join(root, 'packages'))) {
    const folder = join(root, 'packages', name, 'src');
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      const source = readFileSync(join(folder, file), 'utf8');
      const classes = /class (\w+) extends OcelliError \{(?:(?!\n\}).)*?super\(\s*'(\w+)'/gs;
      for (const [, className = '', code = ''] of source.matchAll(classes)) {
        codes.set(code, className);
      }
      for (const [, code = ''] of source.matchAll(/new OcelliError\(\s*'(\w+)'/g)) {
        codes.set(code, 'OcelliError');
      }
    }
  }
  return codes;
}

/** Codes that have a section in docs/errors.md, with the section's text. */
function codesInPage(): Map<string, string> {
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const sections = page.split(/^## (?=[A-Z_]+$)/m).slice(1);
  return new Map(
    sections.map((section) => {
      const [code = ''] = section.split('\n', 1);
      return [code, section];
    }),
  );
}

it('docs/errors.md has one section for every error code, and no other', () => {
  expect([...codesInPage().keys()].toSorted()).toEqual([...codesInSources().keys()].toSorted());
});

it('every section names the class that carries the code', () => {
  const page = codesInPage();
  for (const [code, className] of codesInSources()) {
    expect(page.get(code), code).toContain(`\`${className}\``);
  }
});

it('the scan finds the classes of errors.ts', () => {
  const codes = codesInSources();
  expect(codes.get('SHAPE')).toBe('ShapeError');
  expect(codes.size).toBeGreaterThanOrEqual(9);
});

it('docs/errors.md lists every exit code with its name, and no other', () => {
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (\d+) \| `(\w+)` \| \S/gm)];
  expect(rows.map(([, code, name]) => [name, Number(code)])).toEqual(Object.entries(exitCodes));
});

it('a section that names an exit code names the one the command answers', () => {
  const named = [...codesInPage()].flatMap(([code, section]) =>
    [...section.matchAll(/Exit code (\d+)\./g)].map(
      ([, number]) => [code, Number(number)] as const,
    ),
  );
  expect(named.length).toBeGreaterThanOrEqual(6);
  for (const [code, number] of named) {
    expect(exitCodeOf(new OcelliError(code, 'a sentence')), code).toBe(number);
  }
});
