import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A build of the vector kernels: compiler and flags, and what runs the result. */
export interface VectorTarget {
  /** As the files are named: `winograd_<name>.cc`. */
  readonly name: string;
  /** As the tables of functions are named: `winograd<table>`. */
  readonly table: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  /** Flags that find reads and writes out of bounds. */
  readonly sanitizers: readonly string[];
  /** Words before the program; none where this processor runs it. */
  readonly runner: readonly string[];
}

const native = {
  compiler: 'g++',
  // Vectors are loaded from any address on purpose.
  sanitizers: [
    '-fsanitize=address,undefined',
    '-fno-sanitize=alignment',
    '-fno-sanitize-recover=all',
  ],
  runner: [],
} as const;

const wide = ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx512bw', '-mfma', '-mprfchw'];
const avx512 = { ...native, name: 'avx512', table: 'Avx512', flags: wide };
const avx2 = { ...native, name: 'avx2', table: 'Avx2', flags: ['-mavx2', '-mfma', '-mprfchw'] };

/** Debian's packages g++-aarch64-linux-gnu and qemu-user-static; AddressSanitizer does not run in the emulator. */
const emulated: VectorTarget = {
  name: 'neon',
  table: 'Neon',
  compiler: 'aarch64-linux-gnu-g++',
  flags: ['-static'],
  sanitizers: [],
  runner: ['qemu-aarch64-static'],
};

/** All there are. */
export const vectorTargets: readonly VectorTarget[] = [avx512, avx2, emulated];

/** Those that can be built and run on this machine. */
export function possibleTargets(): readonly VectorTarget[] {
  if (process.arch === 'arm64') return [{ ...native, name: 'neon', table: 'Neon', flags: [] }];
  const cpu = readFileSync('/proc/cpuinfo', 'utf8');
  const has = (flag: string): boolean => cpu.includes(` ${flag} `);
  return [
    ...(has('avx512bw') ? [avx512] : []),
    ...(has('avx2') ? [avx2] : []),
    ...(runs(emulated.compiler) && runs('qemu-aarch64-static') ? [emulated] : []),
  ];
}

function runs(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}
