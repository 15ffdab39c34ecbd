import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, expect, test } from 'vitest';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const root = fileURLToPath(new URL('..', import.meta.url));
/** What was checked before, so that only what has changed since is checked again. */
const known = fileURLToPath(new URL('../.ocelli/types.tsbuildinfo', import.meta.url));

/** The type checker takes its time on a busy machine. */
const patience = { timeout: 180_000 };

const folder = mkdtempSync(join(tmpdir(), 'ocelli-types-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Verdict {
  readonly errors: readonly string[];
  /** What was read, by absolute path. */
  readonly files: readonly string[];
}

/** What the type checker says. @throws if it comes to no verdict: not found, crashed, killed. */
function check(program: string, ...words: string[]): Verdict {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [program, ...words, '--listFiles', '--pretty', 'false'],
    { encoding: 'utf8', maxBuffer: 2 ** 27 },
  );
  const lines = stdout.split('\n');
  const errors = lines.filter((line) => /error TS\d+:/.test(line));
  const files = lines.filter((line) => /^\/.*\.[cm]?ts$/.test(line));
  // It ends with 0 where it reports nothing, and with something else only beside what it reports.
  if (files.length > 0 && (status === 0) === (errors.length === 0)) return { errors, files };
  throw new Error(`the type checker ended with ${signal ?? status}: ${stderr || stdout}`);
}

/** A project of one file. */
function projectWith(code: string): string {
  const options = { strict: true, noEmit: true, types: [], lib: ['es5'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
  writeFileSync(join(folder, 'a.ts'), code);
  return folder;
}

// Also what must not compile is stated, by `@ts-expect-error`, in `types.test-d.ts`.
test('every file of the project passes the type checker', patience, () => {
  const { errors, files } = check(tsc, '-p', root, '--incremental', '--tsBuildInfoFile', known);
  expect(errors).toEqual([]);
  const statements = ['torch', 'ocelli'].map((name) => `packages/${name}/test/types.test-d.ts`);
  expect(files).toEqual(expect.arrayContaining(statements.map((path) => join(root, path))));
});

test('a type error is reported, and so is one that was stated and did not come', patience, () => {
  const stated = '// @ts-expect-error it fits\nexport const b: string = "1";';
  const project = projectWith(`export const a: string = 1;\n${stated}\n`);
  expect(check(tsc, '-p', project).errors).toEqual([
    expect.stringMatching(/a\.ts\(1,14\): error TS2322: /),
    expect.stringMatching(/a\.ts\(2,1\): error TS2578: /),
  ]);
});

test.each([
  ['killed', 'process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 10_000);', /with SIGKILL/],
  ['at fault itself', 'throw new Error("heap");', /with 1: [^]*heap/],
  ['silent', '', /with 0/],
])('a type checker that is %s gives no verdict', (_what, code, complaint) => {
  const program = join(folder, 'checker.cjs');
  writeFileSync(program, code);
  expect(() => check(program)).toThrow(complaint);
});

test('nor does one that is not there', () => {
  expect(() => check(join(folder, 'nowhere.cjs'))).toThrow(/with 1: [^]*nowhere/);
});
