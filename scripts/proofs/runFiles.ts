// What a run has on the disk, as far as no clock is in it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { scope } from '@ocelli/torch';
import {
  epochsOf,
  listCheckpoints,
  openCheckpoint,
  readEventLog,
  readWeights,
  runFolderAt,
  type WeightsName,
} from 'ocelli';

const parts = ['record', 'results', 'newest checkpoint', 'best weights', 'last weights'] as const;

/** The content of each part, or a hash of it; empty where there is none. */
export type RunFiles = Readonly<Record<(typeof parts)[number], string>>;

/** Reads the files of a run as they lie. @throws {Error} if one of them is damaged. */
export function readRunFiles(path: string): RunFiles {
  const { events, results, checkpoints, weights } = runFolderAt(path);
  return {
    record: recordIn(events),
    results: existsSync(results) ? withoutSeconds(readFileSync(results, 'utf8')) : '',
    'newest checkpoint': newestIn(checkpoints),
    'best weights': weightsIn(weights, 'best'),
    'last weights': weightsIn(weights, 'last'),
  };
}

/** The parts that are as in none of the others. */
export function differences(files: RunFiles, others: readonly RunFiles[]): string[] {
  return parts
    .filter((part) => others.every((other) => other[part] !== files[part]))
    .map((part) => `the ${part} is another`);
}

/** What the epochs on record came to. */
function recordIn(events: string): string {
  const lines = epochsOf(readEventLog(events)).map(({ epoch, lr, train, validation, progress }) =>
    JSON.stringify({ epoch, lr, train, validation, step: progress.step }),
  );
  return lines.join('\n');
}

/** A table of results without the column of the time it took. */
export function withoutSeconds(table: string): string {
  const rows = table.split('\n').map((row) => row.split(','));
  const column = rows[0]?.indexOf('seconds');
  return rows.map((row) => row.filter((_, index) => index !== column).join()).join('\n');
}

/** Its name and content; every other one is read too. */
function newestIn(checkpoints: string): string {
  const [newest] = listCheckpoints(checkpoints).map((path) => openCheckpoint(path).path);
  if (newest === undefined) return '';
  const files = ['weights', 'optimizer'].map((name) => join(newest, `${name}.safetensors`));
  return [basename(newest).replace(/-before$/, ''), ...files.map(sha256Of)].join(' ');
}

function weightsIn(folder: string, name: WeightsName): string {
  const file = join(folder, `${name}.safetensors`);
  if (!existsSync(file)) return '';
  scope(() => void readWeights(folder, name)); // for what it refuses
  return sha256Of(file);
}

function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
