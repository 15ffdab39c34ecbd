// The environment variables that the addon reads when it is loaded: each takes effect or is an error.
import { optionError } from './errors.ts';

/**
 * Instruction set in which Ocelli's own CPU kernels compute; `none` where libtorch's operators compute
 * everything.
 */
export type CpuKernels = 'avx512' | 'avx2' | 'neon' | 'none';

const allowed = {
  OCELLI_KERNELS: ['auto', 'avx2', 'off'],
  OCELLI_CPU_CACHE: ['on', 'off'],
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Refuses values that the addon does not know, which it would take for the usual ones. An empty value is
 * none.
 *
 * @throws {OptionError}
 */
export function checkEnvironment(environment: Environment): void {
  for (const [name, values] of Object.entries(allowed)) {
    const value = environment[name] ?? '';
    if (value === '' || (values as readonly string[]).includes(value)) continue;
    throw optionError('@ocelli/torch', name, `one of ${values.join(', ')}`, value);
  }
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
