import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const root = fileURLToPath(new URL('..', import.meta.url));
/** What was checked before, so that only what has changed since is checked again. */
const known = fileURLToPath(new URL('../.ocelli/types.tsbuildinfo', import.meta.url));

function check(): string {
  try {
    const words = [tsc, '-p', root, '--incremental', '--tsBuildInfoFile', known];
    return execFileSync(process.execPath, words, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

// Also what must not compile is stated, by `@ts-expect-error`, in `types.test-d.ts`.
test('every file of the project passes the type checker', { timeout: 180_000 }, () => {
  expect(check()).toBe('');
});
