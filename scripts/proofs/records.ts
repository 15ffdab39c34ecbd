// The record of long proofs: docs/proofs.json is the data, docs/proofs.md the page made from it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One execution of a long proof. */
export interface ProofRecord {
  readonly name: string;
  readonly held: boolean;
  /** What was shown, in a sentence. */
  readonly claim: string;
  /** What was measured, with its unit. */
  readonly figure: string;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
}

const docs = join(import.meta.dirname, '..', '..', 'docs');
const dataPath = join(docs, 'proofs.json');

/** All records, oldest first. */
export function readRecords(): ProofRecord[] {
  if (!existsSync(dataPath)) return [];
  return JSON.parse(readFileSync(dataPath, 'utf8')) as ProofRecord[];
}

/** Adds a record and renders the page anew. */
export function addRecord(record: ProofRecord): void {
  const records = [...readRecords(), record];
  writeFileSync(dataPath, `${JSON.stringify(records, null, 2)}\n`);
  writeFileSync(join(docs, 'proofs.md'), pageOf(records));
}

const introduction = `# Long proofs

What takes too long for every test run. \`npm run prove\` lists the proofs, \`npm run prove -- NAME\` runs one
and adds a row here. The page is made from [proofs.json](proofs.json); the newest row of a proof is on top.
`;

/** The page: one table, newest first. */
export function pageOf(records: readonly ProofRecord[]): string {
  const rows = records.toReversed().map((record) => {
    const held = record.held ? 'held' : '**failed**';
    const command = `\`${record.command}\``;
    const { name, claim, figure, machine, commit } = record;
    const cells = [name, held, claim, figure, command, machine, record.date.slice(0, 10), commit];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  const head = [
    'proof',
    'result',
    'what was shown',
    'figure',
    'command',
    'machine',
    'date',
    'commit',
  ];
  const table = [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows];
  return `${introduction}\n${table.join('\n')}\n`;
}
