// Programs of packages/torch/test/native, which call the vector kernels without libtorch and without Node.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './command.ts';
import { type VectorTarget } from './vectorTargets.ts';

const torch = join(repositoryRoot, 'packages/torch');

/** The folder that includes are written from. */
export const nativeFolder: string = join(torch, 'native');

/** A program and the kernels it is linked with. */
export interface NativeProgram {
  /** In `packages/torch/test/native`. */
  readonly file: string;
  /**
   * The tables of functions it calls: the macro that it calls one by, and the room and name that the sources of
   * the table have, without the name of the instruction set.
   */
  readonly tables: Readonly<Record<string, `${string}/${string}`>>;
  /** Sources of the kernels that are the same for every instruction set. */
  readonly besides?: readonly string[];
}

/** The sources of a program for one instruction set, by absolute path. */
export function sourcesOf(
  { file, tables, besides = [] }: NativeProgram,
  { name }: Pick<VectorTarget, 'name'>,
): string[] {
  const kernels = [...Object.values(tables).map((table) => `${table}_${name}.cc`), ...besides];
  return [
    join(torch, 'test/native', file),
    ...kernels.map((path) => join(nativeFolder, 'kernels', path)),
  ];
}

/** Names of the tables as the program has to be told them: `KERNELS=winogradAvx2`. */
export function definitionsOf(
  { tables }: NativeProgram,
  { table }: Pick<VectorTarget, 'table'>,
): string[] {
  return Object.entries(tables).map(
    ([macro, path]) => `${macro}=${path.slice(path.indexOf('/') + 1)}${table}`,
  );
}

/** How a program ended. */
export interface NativeOutcome {
  readonly ok: boolean;
  /** What it wrote to the standard output. */
  readonly said: string;
  /** What the compiler or the program complained about. */
  readonly complaint: string;
}

/** Compiles a program for an instruction set and runs it. */
export function compileAndRun(
  program: NativeProgram,
  target: VectorTarget,
  words: readonly string[] = [],
): NativeOutcome {
  const folder = mkdtempSync(join(tmpdir(), 'ocelli-native-'));
  try {
    const binary = join(folder, target.name);
    const built = outcome(target.compiler, [
      ...['-std=c++17', '-O2', '-g', '-ffp-contract=fast', `-I${nativeFolder}`],
      ...[...target.sanitizers, ...target.flags],
      ...definitionsOf(program, target).map((definition) => `-D${definition}`),
      ...[...sourcesOf(program, target), '-o', binary],
    ]);
    if (!built.ok) return built;
    const [command = '', ...rest] = [...target.runner, binary, ...words];
    return outcome(command, rest);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function outcome(command: string, words: readonly string[]): NativeOutcome {
  const { status, signal, stdout, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
  if (error) throw error;
  const complaint = stderr.trim() || `${command} ended with ${signal ?? status}`;
  return { ok: status === 0, said: stdout.trim(), complaint };
}
