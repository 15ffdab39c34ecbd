import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../test/dataTree.ts';
import { freeMemory } from './freeMemory.ts';
import { cardsIn, cardsText, graphicsCards } from './graphicsCards.ts';

const folder = temporaryFolder();
afterEach(() => vi.unstubAllEnvs());

// As `nvidia-smi --query-gpu=name,memory.total,memory.free,driver_version --format=csv,noheader,nounits` prints.
const answer =
  'NVIDIA H100 80GB HBM3, 81559, 81078, 550.90.07\nTesla T4, 15360, [N/A], 535.161.08\n';

/** A program of that name that prints the answer, with the words it was given in a file. */
function installTool(): void {
  const tool = join(folder, 'nvidia-smi');
  writeFileSync(tool, `#!/bin/sh\necho "$@" > '${folder}/words'\nprintf '%s' '${answer}'\n`);
  chmodSync(tool, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
}

test('what nvidia-smi prints is read: name, bytes, driver; [N/A] is not known', () => {
  expect(cardsIn(answer)).toEqual([
    {
      name: 'NVIDIA H100 80GB HBM3',
      memory: 81559 * 1024 * 1024,
      free: 81078 * 1024 * 1024,
      driver: '550.90.07',
    },
    { name: 'Tesla T4', memory: 15360 * 1024 * 1024, free: null, driver: '535.161.08' },
  ]);
});

test('cards are told with memory and driver, and the CUDA that libtorch was built for', () => {
  const config = 'PyTorch built with:\n  - GCC 13.3\n  - CUDA Runtime 12.4\n  - CuDNN 90.1\n';
  expect(cardsText(cardsIn(answer), config)).toBe(
    'NVIDIA H100 80GB HBM3, 79.6 GiB, driver 550.90.07; Tesla T4, 15.0 GiB, driver 535.161.08, CUDA 12.4',
  );
  expect(cardsText(undefined, config)).toBe('not known, CUDA 12.4');
});

test('free memory of a card is what the driver says; without an answer it says so', () => {
  installTool();
  expect(freeMemory('cuda')).toBe(81078 * 1024 * 1024);
  const refusal = 'cuda:1: expected nvidia-smi to say how much memory it has free, got no answer.';
  expect(() => freeMemory('cuda:1')).toThrow(refusal);
  vi.stubEnv('PATH', '/nowhere');
  expect(graphicsCards()).toBeUndefined();
  expect(() => freeMemory('cuda')).toThrow('Choose the batch size by hand.');
});

test('of main memory it is no more than there is', () => {
  const free = freeMemory('cpu');
  expect(free).toBeGreaterThan(1e6);
  expect(free).toBeLessThanOrEqual(process.constrainedMemory() || Infinity);
});
