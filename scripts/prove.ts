// Runs a long proof and puts it on record: npm run prove -- NAME [--data PATH] [--table PATH]
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { didYouMean, getNumThreads, optionError } from '@ocelli/torch';
import { bitflips } from './proofs/bitflips.ts';
import { cifar10Davidnet } from './proofs/cifar10Davidnet.ts';
import { commit } from './proofs/command.ts';
import { denseBounds } from './proofs/denseBounds.ts';
import { diskFull } from './proofs/diskFull.ts';
import { kernelBounds } from './proofs/kernelBounds.ts';
import { kernelsOff } from './proofs/kernelsOff.ts';
import { kill } from './proofs/kill.ts';
import { labelSuspects } from './proofs/labelSuspects.ts';
import { memory } from './proofs/memory.ts';
import { muon94 } from './proofs/muon94.ts';
import { oneWriter } from './proofs/oneWriter.ts';
import { opCallFlat } from './proofs/opCallFlat.ts';
import { personHeads } from './proofs/personHeads.ts';
import { pack } from './proofs/pack.ts';
import { personTable } from './proofs/personTable.ts';
import type { Proof } from './proofs/proof.ts';
import { addRecord } from './proofs/records.ts';
import { safetensorsFuzz } from './proofs/safetensorsFuzz.ts';
import { signals } from './proofs/signals.ts';
import { syscalls } from './proofs/syscalls.ts';
import { vectorParity } from './proofs/vectorParity.ts';

const proofs: readonly Proof[] = [
  safetensorsFuzz,
  denseBounds,
  opCallFlat,
  memory,
  cifar10Davidnet,
  muon94,
  kill,
  syscalls,
  bitflips,
  diskFull,
  oneWriter,
  signals,
  personTable,
  personHeads,
  labelSuspects,
  kernelBounds,
  kernelsOff,
  vectorParity,
  pack,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, table: { type: 'string' } },
});

try {
  if (positionals.length === 0) list();
  for (const name of positionals) await prove(found(name));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function list(): void {
  console.log('npm run prove -- NAME [--data PATH] [--table PATH]\n');
  for (const { name, claim } of proofs) console.log(`${name.padEnd(20)} ${claim}`);
}

function found(name: string): Proof {
  const known = proofs.map((proof) => proof.name);
  const proof = proofs.find((candidate) => candidate.name === name);
  if (proof !== undefined) return proof;
  throw optionError('prove', 'NAME', `one of ${known.join(', ')}`, name, didYouMean(name, known));
}

async function prove({ name, claim, run }: Proof): Promise<void> {
  const { held, figure } = await run(values);
  console.log(`${held ? 'held' : 'FAILED'}: ${claim}\n${figure}`);
  const paths = Object.keys(values).map((option) => ` --${option} PATH`);
  const command = `npm run prove -- ${name}${paths.join('')}`;
  const date = new Date().toISOString();
  addRecord({ name, held, claim, figure, command, date, commit: commit(), machine: machine() });
  if (!held) process.exitCode = 1;
}

function machine(): string {
  const processors = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return (
    `${processors[0]?.model ?? 'unknown processor'}, ${processors.length} cores, ` +
    `${gigabytes} GiB, ${getNumThreads()} threads, Node ${process.version}`
  );
}
