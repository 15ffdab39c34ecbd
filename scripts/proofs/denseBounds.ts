import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './command.ts';
import type { Finding, Proof } from './proof.ts';

export const denseBounds: Proof = {
  name: 'dense-bounds',
  claim: 'The kernels of the dense block read and write nothing outside their operands.',
  run: () => {
    const folder = mkdtempSync(join(tmpdir(), 'ocelli-bounds-'));
    try {
      return buildAndRun(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function buildAndRun(folder: string): Finding {
  const sources = join(repositoryRoot, 'packages/torch/test/native');
  const steps = [
    ['cmake', '-S', sources, '-B', folder],
    ['cmake', '--build', folder],
    [join(folder, 'dense_bounds')],
  ];
  let said = '';
  for (const [program = '', ...words] of steps) {
    const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
    if (error) throw error;
    said = stdout.trim().replaceAll('\n', ', ');
    if (status !== 0) return { held: false, figure: stderr || stdout };
  }
  return { held: said !== '', figure: said };
}
