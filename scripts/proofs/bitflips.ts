import {
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CheckpointError, Linear, manualSeed, randn, SGD } from '@ocelli/torch';
import { atTheBeginning, loadCheckpoint, loadWeights, saveCheckpoint, saveWeights } from 'ocelli';
import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import type { Finding, Proof } from './proof.ts';
import { findingOf } from './tried.ts';

const flips = 1000;

export const bitflips: Proof = {
  name: 'bitflips',
  claim: `${flips} times one bit of a saved checkpoint or of saved weights is flipped, or a file cut short, anywhere: each damage is found when the file is read, which was read before it.`,
  run: () => inTemporaryFolder(async (folder) => damageOften(save(folder), { folder, flips })),
};

/** A folder that was saved, and what reads it. */
interface Saved {
  readonly path: string;
  readonly read: (path: string) => unknown;
}

/** Damages copies of what was saved, each in turn, and has them read before and after. */
export function damageOften(
  saved: readonly Saved[],
  { folder, flips }: { readonly folder: string; readonly flips: number },
): Finding {
  const wrong: string[] = [];
  let found = 0;
  for (let round = 0; round < flips; round++) {
    const what = saved[round % saved.length];
    if (what === undefined) throw new Error('internal: nothing was saved');
    const copy = join(folder, 'damaged');
    cpSync(what.path, copy, { recursive: true });
    if (isRefused(() => what.read(copy))) wrong.push('refused before it was damaged');
    const damage = damageOne(copy);
    if (isRefused(() => what.read(copy))) found += 1;
    else wrong.push(`missed: ${damage}`);
    rmSync(copy, { recursive: true });
  }
  return findingOf([{ what: 'damages found', count: found, least: flips }], wrong);
}

/** A checkpoint and the weights of a small model after one step. */
function save(folder: string): readonly Saved[] {
  const parts = trained();
  const path = saveCheckpoint(folder, parts, { ...atTheBeginning, step: 1 });
  const weights = join(folder, 'weights');
  cpSync(path, weights, { recursive: true, filter: (source) => source === path });
  saveWeights(weights, 'last', { model: parts.model, epoch: 1, step: 1 });
  const fresh = trained();
  return [
    { path, read: (damaged) => loadCheckpoint(damaged, fresh) },
    { path: weights, read: (damaged) => loadWeights(damaged, 'last', fresh.model) },
  ];
}

function trained(): { model: Linear; optimizer: SGD } {
  manualSeed(0);
  const model = new Linear(6, 5);
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  model
    .forward(randn([4, 6]))
    .sum()
    .backward();
  optimizer.step();
  return { model, optimizer };
}

/** Flips one bit of one file, or cuts it short, one time in four. @returns what was done. */
function damageOne(folder: string): string {
  const names = readdirSync(folder);
  const name = names[below(names.length)] ?? '';
  const file = join(folder, name);
  const { size } = statSync(file);
  if (below(4) === 0) {
    const length = below(size);
    truncateSync(file, length);
    return `${name} cut to ${length} of ${size} bytes`;
  }
  const bytes = readFileSync(file);
  const [at, bit] = [below(size), below(8)];
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
  writeFileSync(file, bytes);
  return `${name}, bit ${bit} of byte ${at}`;
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}

function isRefused(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    if (error instanceof CheckpointError) return true;
    throw error;
  }
}
