import { describe, expect, test } from 'vitest';
import { checkEnvironment, checkKernels } from './environment.ts';

describe('environment variables', () => {
  test('values the addon knows, empty ones and those of others pass', () => {
    for (const OCELLI_KERNELS of ['auto', 'avx2', 'off', '', undefined]) {
      checkEnvironment({ OCELLI_KERNELS, OCELLI_CPU_CACHE: 'off', OTHER: 'thing' });
    }
  });

  test('a value it does not know is refused, not taken for the usual one', () => {
    expect(() => checkEnvironment({ OCELLI_KERNELS: 'of' })).toThrow(
      '@ocelli/torch: expected OCELLI_KERNELS to be one of auto, avx2, off, got "of".',
    );
    expect(() => checkEnvironment({ OCELLI_CPU_CACHE: '0' })).toThrow(
      '@ocelli/torch: expected OCELLI_CPU_CACHE to be one of on, off, got "0".',
    );
  });

  test('AVX2 is refused where the processor has none', () => {
    checkKernels({ OCELLI_KERNELS: 'avx2' }, 'avx2');
    checkKernels({ OCELLI_KERNELS: 'off' }, 'none');
    checkKernels({}, 'none');
    for (const inUse of ['none', 'neon'] as const) {
      expect(() => checkKernels({ OCELLI_KERNELS: 'avx2' }, inUse)).toThrow(
        'expected OCELLI_KERNELS to be off, auto or not set on a processor without AVX2, got "avx2".',
      );
    }
  });
});
