// The environment variables of Ocelli: each takes effect or is an error. Loads nothing of libtorch, so that a
// value which keeps the addon from loading can still be named: its own entry, `@ocelli/torch/environment`.
import { type OptionError, optionError } from './errors.ts';
import { didYouMean } from './nearest.ts';

/**
 * Instruction set in which Ocelli's own CPU kernels compute; `none` where libtorch's operators compute
 * everything.
 */
export type CpuKernels = 'avx512' | 'avx2' | 'neon' | 'none';

/** What the addon reads when it is loaded. */
const choices = {
  OCELLI_KERNELS: ['auto', 'avx2', 'off'],
  OCELLI_CPU_CACHE: ['on', 'off'],
} as const;

/** A folder for downloads, compilers at once in set-up, one more Python for benchmarks. */
const others = ['OCELLI_CACHE', 'OCELLI_JOBS', 'OCELLI_PEER_PYTHON'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Refuses values that the addon does not know, which it would take for the usual ones. An empty value is
 * none.
 *
 * @throws {OptionError}
 */
export function checkEnvironment(environment: Environment): void {
  const [first] = refusedChoices(environment);
  if (first !== undefined) throw first;
}

function refusedChoices(environment: Environment): OptionError[] {
  return Object.entries(choices).flatMap(([name, values]) => {
    const value = environment[name] ?? '';
    if (value === '' || (values as readonly string[]).includes(value)) return [];
    const rule = `one of ${values.join(', ')}`;
    return [optionError('@ocelli/torch', name, rule, value, didYouMean(value, values))];
  });
}

/** What is wrong with the variables of Ocelli, a sentence each. */
export interface EnvironmentFaults {
  /** Values that the addon or the set-up refuses. */
  readonly refused: readonly string[];
  /** Variables named `OCELLI_…` that nothing reads. */
  readonly unread: readonly string[];
}

/** Looks at every variable named `OCELLI_…`, without loading the addon. */
export function environmentFaults(environment: Environment): EnvironmentFaults {
  const known = [...Object.keys(choices), ...others];
  const given = Object.keys(environment).filter((name) => name.startsWith('OCELLI_'));
  const unread = given.filter((name) => !known.includes(name));
  return {
    refused: [...refusedChoices(environment), ...refusedJobs(environment)].map(
      ({ message }) => message,
    ),
    unread: unread.map((name) => `${name} is read by nothing. ${didYouMean(name, known)}`.trim()),
  };
}

function refusedJobs({ OCELLI_JOBS: jobs = '' }: Environment): OptionError[] {
  if (jobs === '' || /^[1-9]\d*$/.test(jobs)) return [];
  return [optionError('set-up', 'OCELLI_JOBS', 'a positive integer', jobs)];
}

/**
 * Refuses `OCELLI_KERNELS=avx2` where there is no AVX2.
 *
 * @throws {OptionError}
 */
export function checkKernels({ OCELLI_KERNELS: asked }: Environment, inUse: CpuKernels): void {
  if (asked !== 'avx2' || inUse === 'avx2') return;
  const rule = 'off, auto or not set on a processor without AVX2';
  throw optionError('@ocelli/torch', 'OCELLI_KERNELS', rule, asked);
}
