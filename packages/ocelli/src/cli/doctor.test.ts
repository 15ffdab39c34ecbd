import { cpuKernels, getNumThreads } from '@ocelli/torch';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { patience, startCommand } from '../../test/commandLine.ts';
import { type Check, doctorReport, isHealthy, renderReport, runDoctor } from './doctor.ts';
import { good, missing, weak } from './doctor/check.ts';
import { cudaCheck, kernelsCheck, threadsCheck } from './doctor/engineChecks.ts';
import { environmentCheck } from './doctor/environmentCheck.ts';
import { judgeDisk, nodeCheck } from './doctor/machineChecks.ts';

let checks: readonly Check[];

beforeAll(async () => {
  checks = await doctorReport();
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function named(checks: readonly Check[], name: string): Check {
  const check = checks.find((candidate) => candidate.name === name);
  if (!check) throw new Error(`internal: no check "${name}"`);
  return check;
}

function printed(): () => string {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  return () => log.mock.calls.flat().join('\n');
}

test('a machine on which the addon loads is healthy, and every part is looked at', () => {
  expect(isHealthy(checks)).toBe(true);
  expect(checks.map(({ name }) => name)).toEqual([
    'Node',
    'npm',
    'processor',
    'disk here',
    'disk of cache',
    'environment',
    'libtorch',
    'BLAS',
    'native addon',
    'vector code',
    'own kernels',
    'threads',
    'CUDA',
    'compiler',
    'cmake',
    'make',
  ]);
});

test('the threads it tells are those that libtorch uses', () => {
  const told = Number.parseInt(named(checks, 'threads').found);
  expect(told).toBe(getNumThreads());
});

test('the kernels it tells are those in use; without any, why there are none', () => {
  expect(named(checks, 'own kernels').found).toContain(cpuKernels());
  expect(kernelsCheck({ kernels: 'avx512' }, undefined)).toEqual(good('own kernels', 'avx512'));
  expect(kernelsCheck({ kernels: 'none' }, 'off').remedy).toBe('Unset OCELLI_KERNELS.');
  expect(kernelsCheck({ kernels: 'none' }, '').remedy).toBe('Use a CPU with AVX2 or NEON.');
});

test('AVX2 where the processor has none keeps everything from working, and is told so', () => {
  const refused = kernelsCheck({ kernels: 'none' }, 'avx2');
  expect(refused).toMatchObject({ state: 'missing', remedy: 'Unset OCELLI_KERNELS.' });
  expect(refused.found).toContain('on a processor without AVX2');
});

test('variables of Ocelli are told; one that is refused is missing, one that nothing reads is weak', () => {
  expect(environmentCheck({ HOME: '/home' })).toEqual(
    good('environment', 'no variable of Ocelli is set'),
  );
  expect(environmentCheck({ OCELLI_KERNELS: 'off' })).toEqual(
    good('environment', 'OCELLI_KERNELS=off'),
  );
  expect(environmentCheck({ OCELLI_CASHE: '/data' })).toEqual({
    name: 'environment',
    state: 'weak',
    found: 'OCELLI_CASHE is read by nothing. Did you mean "OCELLI_CACHE"?',
    remedy: 'Correct the name or unset it.',
  });
});

test(
  'a process in which libtorch is refused for a variable hears which, and what is allowed',
  async () => {
    const variables = { OCELLI_KERNELS: 'of', OCELLI_CPU_CACHE: 'no' };
    const { exitCode, out, err } = await startCommand('/', ['doctor', '--json'], variables).outcome;
    expect([exitCode, err]).toEqual([1, '']);
    const report = JSON.parse(out) as { checks: Check[] };
    expect(named(report.checks, 'environment')).toEqual({
      name: 'environment',
      state: 'missing',
      found:
        '@ocelli/torch: expected OCELLI_KERNELS to be one of auto, avx2, off, got "of". Did you mean "off"? ' +
        '@ocelli/torch: expected OCELLI_CPU_CACHE to be one of on, off, got "no". Did you mean "on"?',
      remedy: 'Correct the value or unset it.',
    });
    expect(named(report.checks, 'native addon').state).toBe('good');
  },
  patience,
);

test('graphics cards are told with memory, driver and CUDA; without one, why there is none', () => {
  const config = '  - CUDA Runtime 12.4\n';
  const card = { name: 'Tesla T4', memory: 15 * 2 ** 30, free: null, driver: '535.161.08' };
  const check = (cudaDevices: number, cuda: boolean, cards: (typeof card)[] | undefined) =>
    cudaCheck({ cudaDevices, config }, { cuda }, () => cards);
  expect(check(1, true, [card])).toEqual({
    name: 'CUDA',
    state: 'good',
    found: '1 device: Tesla T4, 15.0 GiB, driver 535.161.08, CUDA 12.4',
  });
  expect(check(2, true, undefined).found).toBe('2 devices: not known, CUDA 12.4');
  expect(check(0, false, undefined).found).toBe('not in this libtorch');
  expect(check(0, true, undefined)).toMatchObject({ state: 'weak', found: expect.any(String) });
});

test('every check that is not good says what to do', async () => {
  vi.stubEnv('PATH', '/nowhere');
  const withoutPrograms = await doctorReport();
  expect(named(withoutPrograms, 'cmake').state).toBe('weak'); // the addon is built already
  expect(withoutPrograms.filter(({ state, remedy }) => state !== 'good' && !remedy)).toEqual([]);
});

test('a LIBTORCH that is no libtorch is missing, and the exit code says so', async () => {
  vi.stubEnv('LIBTORCH', '/nowhere');
  const output = printed();
  expect(await runDoctor({ json: true })).toBe(1);
  const report = JSON.parse(output()) as { healthy: boolean; checks: Check[] };
  expect(report.healthy).toBe(false);
  expect(named(report.checks, 'libtorch')).toEqual({
    name: 'libtorch',
    state: 'missing',
    found:
      'LIBTORCH: expected the folder of a libtorch 1.13 or newer (or system, python, download), ' +
      'got /nowhere, which does not exist. Correct the variable or unset it.',
    remedy: 'Run npm run setup, which brings it, or set LIBTORCH to the folder of an unpacked one.',
  });
});

test('without json it prints the table', async () => {
  const output = printed();
  expect(await runDoctor()).toBe(0);
  expect(output()).toContain('native addon');
});

test('OMP_NUM_THREADS below the cores is said', () => {
  vi.stubEnv('OMP_NUM_THREADS', '1');
  expect(threadsCheck(2)).toEqual({
    name: 'threads',
    state: 'weak',
    found: '1 of 2 cores (OMP_NUM_THREADS)',
    remedy: 'Unset OMP_NUM_THREADS.',
  });
});

test('the table puts the remedy below what it mends', () => {
  const text = renderReport([good('Node', '20'), weak('BLAS', 'slow', 'Mend it.')]);
  expect(text.split('\n').map((line) => line.trimStart())).toEqual([
    expect.stringContaining('Node  20'),
    expect.stringContaining('BLAS  slow'),
    'Mend it.',
    '',
    'Works; 1 could be better.',
  ]);
});

test('the last line counts what is missing', () => {
  const text = renderReport([missing('cmake', 'not found', 'Install it.')]);
  expect(text).toMatch(/1 to be mended: follow the lines above\.$/);
});

test.each([
  ['18.20.0', 'missing'],
  ['20.18.3', 'missing'],
  ['20.19.0', 'good'],
  ['24.1.0', 'good'],
])('Node %s is %s', (version, state) => {
  expect(nodeCheck(version).state).toBe(state);
});

test.each([
  [1.9e9, 'weak'],
  [2e9, 'good'],
])('%d bytes of free disk are %s', (free, state) => {
  expect(judgeDisk('disk', { folder: '/', free }).state).toBe(state);
});
