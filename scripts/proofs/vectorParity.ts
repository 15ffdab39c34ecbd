import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding, Proof } from './proof.ts';
import { possibleTargets, type VectorTarget } from './vectorTargets.ts';

const packageFolder = join(import.meta.dirname, '../../packages/torch');
const sources = join(packageFolder, 'native');

/** Sums of what a kernel computed, which cancel in part. */
const tolerance = 1e-5;

export const vectorParity: Proof = {
  name: 'vector-parity',
  claim:
    'Fused batch norm (every activation, with pool and with residual, both directions), the forward pass of ' +
    'the dense block and the steps of SGD and Adam compute the same with every instruction set, NEON in an ' +
    'emulator, and, on x86 under AddressSanitizer, touch nothing outside their operands.',
  run: () => {
    const folder = mkdtempSync(join(tmpdir(), 'ocelli-parity-'));
    try {
      const answers = possibleTargets().map((target) => ({
        name: target.name,
        sums: sumsOf(target, folder),
      }));
      return compared(answers);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

interface Answers {
  readonly name: string;
  readonly sums: readonly number[];
}

function compared([first, ...others]: readonly Answers[]): Finding {
  if (first === undefined || others.length === 0) {
    return { held: false, figure: 'fewer than two instruction sets can be run here' };
  }
  const worst = others.map(({ name, sums }) => {
    const errors = sums.map((sum, index) => relative(sum, first.sums[index] ?? NaN));
    return { name, error: sums.length === first.sums.length ? Math.max(...errors) : Infinity };
  });
  const figure = worst
    .map(
      ({ name, error }) =>
        `${name} beside ${first.name}: ${first.sums.length} sums, ${error.toExponential(1)}`,
    )
    .join('; ');
  return { held: worst.every(({ error }) => error < tolerance), figure };
}

function relative(actual: number, expected: number): number {
  return actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);
}

/** Every number that the program prints. @throws if it cannot be built or fails. */
function sumsOf(target: VectorTarget, folder: string): number[] {
  const { name, table, compiler, flags, runner, sanitizers } = target;
  const program = join(folder, name);
  const files = ['batch_norm/norm', 'dense_block/dense', 'optimizer/update'].map((kernel) =>
    join(sources, `kernels/${kernel}_${name}.cc`),
  );
  run(compiler, [
    ...['-std=c++17', '-O2', '-ffp-contract=fast', `-I${sources}`, ...sanitizers, ...flags],
    ...[`-DNORM=norm${table}`, `-DDENSE=dense${table}`, `-DUPDATE=update${table}`],
    ...[join(packageFolder, 'test/native/vectorParity.cc'), ...files, '-o', program],
  ]);
  const [command = '', ...words] = [...runner, program];
  return Array.from(run(command, words).matchAll(/-?\d\.\d+e[+-]\d+/g), ([number]) =>
    Number(number),
  );
}

function run(command: string, words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}
