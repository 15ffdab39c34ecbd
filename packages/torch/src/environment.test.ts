import { describe, expect, test } from 'vitest';
import { checkEnvironment, checkKernels, environmentFaults } from './environment.ts';

describe('environment variables', () => {
  test('values the addon knows, empty ones and those of others pass', () => {
    for (const OCELLI_KERNELS of ['auto', 'avx2', 'off', '', undefined]) {
      checkEnvironment({ OCELLI_KERNELS, OCELLI_CPU_CACHE: 'off', OTHER: 'thing' });
    }
  });

  test('a value it does not know is refused, not taken for the usual one', () => {
    expect(() => checkEnvironment({ OCELLI_KERNELS: 'of' })).toThrow(
      '@ocelli/torch: expected OCELLI_KERNELS to be one of auto, avx2, off, got "of". Did you mean "off"?',
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

  test('all faults are named at once, with what may have been meant', () => {
    const environment = { OCELLI_KERNELS: 'axv2', OCELLI_JOBS: 'many', OCELLI_KERNEL: 'off' };
    expect(environmentFaults({ ...environment, OCELLI_CPU_CACHE: 'no', HOME: '/home' })).toEqual({
      refused: [
        '@ocelli/torch: expected OCELLI_KERNELS to be one of auto, avx2, off, got "axv2". Did you mean "avx2"?',
        '@ocelli/torch: expected OCELLI_CPU_CACHE to be one of on, off, got "no". Did you mean "on"?',
        'set-up: expected OCELLI_JOBS to be a positive integer, got "many".',
      ],
      unread: ['OCELLI_KERNEL is read by nothing. Did you mean "OCELLI_KERNELS"?'],
    });
  });

  test('what is like no known name is named alone', () => {
    const { unread } = environmentFaults({ OCELLI_SOMETHING_ELSE: '1' });
    expect(unread).toEqual(['OCELLI_SOMETHING_ELSE is read by nothing.']);
  });

  test('without a fault there is nothing to say', () => {
    const environment = { OCELLI_KERNELS: 'off', OCELLI_CACHE: '/a', OCELLI_JOBS: '2' };
    expect(environmentFaults({ ...environment, OCELLI_CPU_CACHE: '' })).toEqual({
      refused: [],
      unread: [],
    });
  });
});
