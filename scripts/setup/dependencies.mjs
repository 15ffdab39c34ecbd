// node_modules as package-lock.json wants it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../packages/torch/scripts/setup/child.mjs';
import { requireNpm } from '../../packages/torch/scripts/setup/tools.mjs';

export async function installDependencies({ root, log }) {
  if (installedAsLocked(root)) return;
  const npm = requireNpm();
  await log.during('npm packages', () =>
    // Also under NODE_ENV=production: the TypeScript build needs its compiler.
    run([npm, 'ci', '--include=dev', '--no-audit', '--no-fund'], {
      cwd: root,
      log,
      remedy:
        'If package.json was edited, run npm install, which brings package-lock.json up to date',
    }),
  );
}

/**
 * npm writes node_modules/.package-lock.json last, with what it really installed; so an interrupted
 * installation, a package added by hand and a pulled change of the lock file are all seen.
 */
export function installedAsLocked(root) {
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'));
  if (!installed) return false;
  const locked = readPackages(join(root, 'package-lock.json')) ?? {};
  return Object.entries(locked)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.optional && !entry.peer)
    .every(([path, entry]) => installed[path]?.version === entry.version);
}

function readPackages(path) {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
