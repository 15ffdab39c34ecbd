import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

// OCELLI_KERNELS and OCELLI_CPU_CACHE are read when the addon starts, so each value needs a process.

interface Computed {
  readonly conv2d: readonly string[];
  readonly batchNorm: readonly string[];
  readonly denseBlock: readonly string[];
  readonly sgd: readonly string[];
  readonly adamW: readonly string[];
  readonly kept: number;
}

const child = fileURLToPath(new URL('kernelChild.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

async function withSettings(settings: NodeJS.ProcessEnv): Promise<Computed> {
  const { OCELLI_KERNELS: _, OCELLI_CPU_CACHE: __, ...rest } = process.env;
  const words = ['--import', tsx, '--conditions=source', child];
  const env = { ...rest, OMP_NUM_THREADS: '2', ...settings };
  const options = { env, maxBuffer: 2 ** 27 };
  const { stdout } = await promisify(execFile)(process.execPath, words, options);
  return JSON.parse(stdout) as Computed;
}

let usual: Computed;
let off: Computed;
beforeAll(async () => {
  usual = await withSettings({});
  off = await withSettings({ OCELLI_KERNELS: 'off' });
}, 60_000);

function numbers(base64: string | undefined): Float32Array {
  const { buffer, byteOffset, length } = Buffer.from(base64 ?? '', 'base64');
  return new Float32Array(buffer.slice(byteOffset, byteOffset + length));
}

/** Root of the mean squared difference over that of the expected values. */
function relativeError(got: Float32Array, expected: Float32Array): number {
  let [error, size] = [0, 0];
  for (const [index, value] of expected.entries()) {
    error += ((got[index] ?? NaN) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(error / size);
}

function expectAgreement(got: Computed, expected: Computed): void {
  for (const name of ['conv2d', 'batchNorm', 'denseBlock', 'sgd', 'adamW'] as const) {
    expect(expected[name].length).toBeGreaterThan(1);
    for (const [index, text] of expected[name].entries()) {
      const error = relativeError(numbers(got[name][index]), numbers(text));
      expect(error, `${name}, tensor ${index}`).toBeLessThan(1e-5);
    }
  }
}

const cpuinfo = '/proc/cpuinfo';
const hasAvx2 = existsSync(cpuinfo) && / avx2 /.test(readFileSync(cpuinfo, 'utf8'));

describe('OCELLI_KERNELS', () => {
  test('off computes what our kernels compute', () => expectAgreement(usual, off));

  test('avx2 does too', async () => {
    expectAgreement(await withSettings({ OCELLI_KERNELS: 'avx2' }), off);
  });

  // Another order of sums gives other last bits; the same bits would mean that nothing was switched.
  test.runIf(hasAvx2)('off is other code', () => {
    expect(off.conv2d).not.toEqual(usual.conv2d);
    expect(off.batchNorm).not.toEqual(usual.batchNorm);
    expect(off.sgd).not.toEqual(usual.sgd);
    expect(off.adamW).not.toEqual(usual.adamW);
  });

  test('computes the same bits in every process with as many threads', async () => {
    const again = await withSettings({});
    expect([again.conv2d, again.batchNorm]).toEqual([usual.conv2d, usual.batchNorm]);
  });
});

describe('OCELLI_CPU_CACHE', () => {
  test('off gives a freed block back and changes no bit', async () => {
    const { kept, ...results } = await withSettings({ OCELLI_CPU_CACHE: 'off' });
    expect(kept).toBeLessThan(32);
    expect({ ...results, kept: usual.kept }).toEqual(usual);
  });

  test('otherwise a freed block is kept for the next tensor', () => {
    expect(usual.kept).toBeGreaterThan(96);
  });
});
