import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { cacheFolder } from '@ocelli/torch/find-libtorch';
import { type Check, good, missing, weak } from './check.ts';
import { probe } from './probe.ts';

const oldestNode = [20, 19] as const;
/** Room for the dependencies, the native build and one decoded data set, in bytes. */
const neededDisk = 2e9;
const notableFeatures = ['avx2', 'fma', 'avx512f', 'avx512_bf16', 'amx_bf16', 'asimd'];

/** Node, npm, processor, disk. */
export async function machineChecks(): Promise<Check[]> {
  const disks = [diskCheck('disk here', process.cwd()), diskCheck('disk of cache', cacheFolder())];
  return [
    nodeCheck(process.versions.node),
    await npmCheck(),
    processorCheck(),
    ...(await Promise.all(disks)),
  ];
}

/** Judges a version of Node. */
export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (enough) return good('Node', version);
  return missing('Node', version, `Install ${oldestNode.join('.')} or newer: https://nodejs.org.`);
}

async function npmCheck(): Promise<Check> {
  const { ok, stdout } = await probe('npm', ['--version']);
  if (ok) return good('npm', stdout);
  return weak('npm', 'not found', 'Set-up needs it; it comes with Node: https://nodejs.org.');
}

function processorCheck(): Check {
  const all = cpus();
  const features = processorFeatures();
  const shown = features.length > 0 ? `, ${features.join(' ')}` : '';
  return good('processor', `${all[0]?.model.trim() ?? 'unknown'}, ${all.length} cores${shown}`);
}

function processorFeatures(): string[] {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    const flags = new Set(line?.[1]?.split(' '));
    return notableFeatures.filter((feature) => flags.has(feature));
  } catch {
    return []; // no Linux
  }
}

async function diskCheck(name: string, folder: string): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return judgeDisk(name, { folder, free: bavail * bsize });
  } catch (error) {
    // The cache folder appears with its first use; until then its parent's disk counts.
    const parent = dirname(folder);
    if (parent !== folder) return diskCheck(name, parent);
    return weak(name, `cannot be read (${(error as Error).message})`, `Check ${folder}.`);
  }
}

/** Judges the free space, in bytes. */
export function judgeDisk(name: string, { folder, free }: { folder: string; free: number }): Check {
  const found = `${(free / 1e9).toFixed(1)} GB free (${folder})`;
  if (free >= neededDisk) return good(name, found);
  return weak(name, found, `Free some space: ${neededDisk / 1e9} GB are needed.`);
}
