import { compileAndRun, type NativeProgram } from './nativeProgram.ts';
import type { Finding, Proof } from './proof.ts';
import { possibleTargets, type VectorTarget } from './vectorTargets.ts';

/** Prints sums of what batch norm, the dense block and the optimizers compute. */
export const vectorParityProgram: NativeProgram = {
  file: 'vectorParity.cc',
  tables: { NORM: 'batch_norm/norm', DENSE: 'dense_block/dense', UPDATE: 'optimizer/update' },
};

/** Sums of what a kernel computed, which cancel in part. */
const tolerance = 1e-5;

/** Of test/native/vectorParity.cc: two sums of each of 80 lists. What is not finite is none of them. */
const sumCount = 160;

/** Lists that a case has no use for stay 0, five of them; more are of kernels that wrote nothing. */
const mostZeros = 10;

export const vectorParity: Proof = {
  name: 'vector-parity',
  claim:
    'Fused batch norm (every activation, with pool and with residual, both directions), the forward pass of ' +
    'the dense block and the steps of SGD and Adam compute the same with every instruction set, NEON in an ' +
    'emulator, and, on x86 under AddressSanitizer, touch nothing outside their operands.',
  run: () => {
    const targets = possibleTargets();
    return findingOf(targets.map((target) => ({ name: target.name, sums: sumsOf(target) })));
  },
};

/** What the program printed for one instruction set. */
export interface Answers {
  readonly name: string;
  readonly sums: readonly number[];
}

/** Holds where several instruction sets, NEON among them, gave all sums, and the same. */
export function findingOf(answers: readonly Answers[]): Finding {
  const fault = answers.map(faultOf).find((sentence) => sentence !== undefined);
  if (fault !== undefined) return { held: false, figure: fault };
  const [first, ...others] = answers;
  if (first === undefined || others.length === 0) {
    return { held: false, figure: 'fewer than two instruction sets can be run here' };
  }
  if (!answers.some(({ name }) => name === 'neon')) {
    const remedy = 'install g++-aarch64-linux-gnu and qemu-user-static';
    return { held: false, figure: `NEON cannot be run here: ${remedy}` };
  }
  const worst = others.map(({ name, sums }) => {
    const errors = sums.map((sum, index) => relative(sum, first.sums[index] ?? NaN));
    return { name, error: Math.max(...errors) };
  });
  const figure = worst
    .map(
      ({ name, error }) =>
        `${name} beside ${first.name}: ${first.sums.length} sums, ${error.toExponential(1)}`,
    )
    .join('; ');
  return { held: worst.every(({ error }) => error < tolerance), figure };
}

/** What is missing in the answers of one instruction set, if anything is. */
function faultOf({ name, sums }: Answers): string | undefined {
  if (sums.length !== sumCount) {
    return `${name} printed ${sums.length} numbers, where ${sumCount} are expected`;
  }
  const zeros = sums.filter((sum) => sum === 0).length;
  return zeros > mostZeros
    ? `of ${name} ${zeros} sums are 0, where at most ${mostZeros} may be`
    : undefined;
}

function relative(actual: number, expected: number): number {
  return actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);
}

/** Every number that the program prints. @throws if it cannot be built or fails. */
function sumsOf(target: VectorTarget): number[] {
  const { ok, said, complaint } = compileAndRun(vectorParityProgram, target);
  if (!ok) throw new Error(`${target.name}: ${complaint}`);
  return Array.from(said.matchAll(/-?\d\.\d+e[+-]\d+/g), ([number]) => Number(number));
}
