import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The folder that holds all of this. */
export const repositoryRoot: string = join(import.meta.dirname, '..', '..');

/** Runs Node on a file of this repository, its output shown; returns whether it ended well. */
export function runNode(file: string, ...words: string[]): boolean {
  const command = [join(repositoryRoot, file), ...words];
  const { status } = spawnSync(process.execPath, command, {
    stdio: 'inherit',
    cwd: repositoryRoot,
  });
  return status === 0;
}

/** The commit checked out, with `+` when tracked files were changed since, the record of the proofs aside. */
export function commit(): string {
  const head = git('rev-parse', '--short=12', '--verify', 'HEAD');
  if (head === '') return 'before the first commit';
  const changed = ['status', '--porcelain', '--untracked-files=no', '--', '.', ':!docs/proofs.*'];
  return git(...changed) === '' ? head : `${head}+`;
}

function git(...words: string[]): string {
  return spawnSync('git', words, { cwd: repositoryRoot, encoding: 'utf8' }).stdout.trim();
}
