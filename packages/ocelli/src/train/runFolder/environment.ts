import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, hostname, totalmem } from 'node:os';
import type { CpuKernels } from '@ocelli/torch';
import { readJson } from './jsonFile.ts';
import type { RunFolder } from './runFolder.ts';

/** What a result depends on besides the experiment; stored with every run. */
export interface Environment {
  readonly ocelli: string;
  readonly node: string;
  readonly libtorch: string;
  readonly platform: string;
  readonly host: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Threads libtorch computes with; other thread counts sum in another order. */
  readonly threads: number;
  readonly device: string;
  /** The graphics cards that libtorch can compute on, with memory, driver and CUDA; `none` without any. */
  readonly gpu: string;
  /** Instruction set of Ocelli's CPU kernels; `none` where libtorch's operators computed everything. */
  readonly kernels: CpuKernels;
  /** Commit of the folder the command ran in, with `+` when files were changed; absent outside git. */
  readonly commit?: string;
}

/** Collects the facts that only the caller knows with those of the machine. */
export function describeEnvironment(
  facts: Pick<Environment, 'ocelli' | 'libtorch' | 'threads' | 'device' | 'gpu' | 'kernels'>,
): Environment {
  const processors = cpus();
  const commit = gitCommit();
  return {
    ...facts,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    host: hostname(),
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    ...(commit === undefined ? {} : { commit }),
  };
}

/** What a run was made with; `undefined` if it left no record of that. Earlier versions knew fewer facts. */
export function readEnvironment({ environment }: RunFolder): Partial<Environment> | undefined {
  if (!existsSync(environment)) return undefined;
  return readJson(environment);
}

function gitCommit(): string | undefined {
  try {
    const commit = git('rev-parse', '--short=12', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}+`;
  } catch {
    return undefined; // no git, or not a checkout: both are fine
  }
}

function git(...words: string[]): string {
  const text = execFileSync('git', words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 5000,
  });
  return text.trim();
}
