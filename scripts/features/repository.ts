import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecords } from '../proofs/records.ts';
import { type Evidence, faultsOf, type Feature, readFeatures } from './table.ts';

const root = join(import.meta.dirname, '..', '..');

/** The rows of docs/features.md. */
export function features(): Feature[] {
  return readFeatures(readFileSync(join(root, 'docs/features.md'), 'utf8'));
}

/** The working tree as evidence. */
export const workingTree: Evidence = {
  exists: (path) => existsSync(join(root, path)),
  read: (path) => readFileSync(join(root, path), 'utf8'),
  isRecorded: (name) => readRecords().some((record) => record.name === name && record.held),
};

/** Rows with a proof that exists. */
export function provenCount(rows: readonly Feature[]): number {
  return rows.filter((row) => row.proofs.length > 0 && faultsOf(row, workingTree).length === 0)
    .length;
}
