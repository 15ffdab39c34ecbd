// What a forward pass of DenseNet-121 keeps for the backward pass, beside stock PyTorch.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { getNumThreads } from '@ocelli/torch';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { startPeer } from './peer.ts';

const size = 224;

export const densenet121Memory: Benchmark = {
  name: 'densenet121-memory',
  measures: `growth of resident memory over a forward pass of DenseNet-121 at ${size} px`,
  run: measure,
};

// Freed blocks go back to the system at once, so that what stays resident is in use.
const plainMemory = { OCELLI_CPU_CACHE: 'off', MALLOC_MMAP_THRESHOLD_: '65536' };

async function measure({ batchSize = 32, note }: BenchmarkOptions): Promise<Figure> {
  const value = ownBytes(batchSize) / 1e6;
  Object.assign(process.env, plainMemory); // the peer inherits it
  const words = ['densenet121', String(size), String(batchSize), String(getNumThreads())];
  const peer = await startPeer('networks.py', ...words);
  if (peer === undefined) note('no python3 with torch and torchvision here, so there is no peer');
  await peer?.ask('channels_last'); // what the library allocates once is not of the graph
  const bytes = Number(await peer?.ask('channels_last memory'));
  peer?.close();
  const beside = peer && { name: `PyTorch ${peer.version} (channels_last)`, value: bytes / 1e6 };
  return { value, unit: 'MB', better: 'lower', ...(beside && { peer: beside }) };
}

/** In a process of its own, for the settings are read when it starts. */
function ownBytes(batchSize: number): number {
  const script = join(import.meta.dirname, 'forwardMemory.ts');
  const words = [...process.execArgv, script, 'densenet121', String(size), String(batchSize)];
  const env = { ...process.env, ...plainMemory };
  const { stdout, status } = spawnSync(process.execPath, words, {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status === 0) return Number(stdout);
  throw new Error(`forwardMemory.ts: expected it to end well, got exit status ${status}.`);
}
