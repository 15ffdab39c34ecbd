import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding, Proof } from './proof.ts';
import { possibleTargets, type VectorTarget } from './vectorTargets.ts';

const native = join(import.meta.dirname, '../../packages/torch');
const kernels = join(native, 'native/kernels');
const shapes = 300;

export const kernelBounds: Proof = {
  name: 'kernel-bounds',
  claim:
    `The 3x3 convolution kernels read and write nothing out of bounds on ${shapes} odd shapes under ` +
    'AddressSanitizer, and agree with plain loops in double precision. (Kernels for ARM run in an emulator, ' +
    'without AddressSanitizer.)',
  run: () => {
    const folder = mkdtempSync(join(tmpdir(), 'ocelli-bounds-'));
    try {
      const findings = possibleTargets().map((target) => prove(target, folder));
      return {
        held: findings.length > 0 && findings.every(({ held }) => held),
        figure: findings.map(({ figure }) => figure).join('; '),
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function prove(target: VectorTarget, folder: string): Finding {
  const { name, table, flags, compiler, runner, sanitizers } = target;
  const program = join(folder, name);
  const sources = [
    join(native, 'test/native/kernelBounds.cc'),
    ...['winograd_areas.cc', `winograd_${name}.cc`].map((file) => join(kernels, file)),
  ];
  const common = ['-std=c++17', '-O2', '-g', '-ffp-contract=fast', ...sanitizers];
  const build = spawnSync(
    compiler,
    [...common, ...flags, `-I${kernels}`, `-DKERNELS=winograd${table}`, ...sources, '-o', program],
    { encoding: 'utf8' },
  );
  if (build.status !== 0) return { held: false, figure: `${name}: ${build.stderr}` };
  const [command = '', ...words] = [...runner, program, String(shapes)];
  const run = spawnSync(command, words, { encoding: 'utf8' });
  return { held: run.status === 0, figure: (run.stdout + run.stderr).trim() };
}
