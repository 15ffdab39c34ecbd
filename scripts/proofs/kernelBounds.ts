import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding, Proof } from './proof.ts';

const native = join(import.meta.dirname, '../../packages/torch');
const kernels = join(native, 'native/kernels');
const shapes = 300;

/** A build of the kernels: compiler, its flags, and what runs the result, if not this processor. */
interface Target {
  readonly name: string;
  readonly table: 'Avx512' | 'Avx2';
  readonly flags: readonly string[];
  /** Flag of /proc/cpuinfo without which the processor cannot run it. */
  readonly needs: string;
}

const targets: readonly Target[] = [
  {
    name: 'avx512',
    table: 'Avx512',
    flags: ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx512bw', '-mfma', '-mprfchw'],
    needs: 'avx512bw',
  },
  { name: 'avx2', table: 'Avx2', flags: ['-mavx2', '-mfma', '-mprfchw'], needs: 'avx2' },
];

export const kernelBounds: Proof = {
  name: 'kernel-bounds',
  claim:
    `The 3x3 convolution kernels read and write nothing out of bounds on ${shapes} odd shapes under ` +
    'AddressSanitizer, and agree with plain loops in double precision.',
  run: () => {
    const folder = mkdtempSync(join(tmpdir(), 'ocelli-bounds-'));
    try {
      const cpu = readFileSync('/proc/cpuinfo', 'utf8');
      const possible = targets.filter(({ needs }) => cpu.includes(` ${needs} `));
      const findings = possible.map((target) => prove(target, folder));
      return {
        held: findings.length > 0 && findings.every(({ held }) => held),
        figure: findings.map(({ figure }) => figure).join('; '),
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function prove({ name, table, flags }: Target, folder: string): Finding {
  const program = join(folder, name);
  const sources = [
    join(native, 'test/native/kernelBounds.cc'),
    ...['winograd_areas.cc', `winograd_${name}.cc`].map((file) => join(kernels, file)),
  ];
  const common = ['-std=c++17', '-O2', '-g', '-ffp-contract=fast', '-fsanitize=address,undefined'];
  const build = spawnSync(
    'g++',
    [...common, ...flags, `-I${kernels}`, `-DKERNELS=winograd${table}`, ...sources, '-o', program],
    { encoding: 'utf8' },
  );
  if (build.status !== 0) return { held: false, figure: `${name}: ${build.stderr}` };
  const run = spawnSync(program, [String(shapes)], { encoding: 'utf8' });
  return { held: run.status === 0, figure: (run.stdout + run.stderr).trim() };
}
