// Draws persons with wrong labels, lets `ocelli suspects` look for them, and counts what it finds.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttributeTable, drawPersons, readTable } from 'ocelli';
import { startCommand } from '../../packages/ocelli/test/commandLine.ts';
import type { Finding, Proof } from './proof.ts';

const drawn = { count: 1000, seed: 0, missing: 0 };
const wrongShare = 0.05;

/**
 * Attributes that the small network tells well enough to judge labels by. Of the others it knows little,
 * and most of its suspects are merely hard: their figures stand beside.
 */
const judged = ['imagequality', 'bodypose'] as const;

/** What has to be reached over those together. */
const least = { precision: 0.5, recall: 0.6 };

const settings = ['--model', 'davidnet-heads', '--image-size', '48', '--epochs', '10'];
const steps = ['--batch-size', '32', '--lr', '0.05', '--folds', '3', '--threads', '1'];

export const labelSuspects: Proof = {
  name: 'label-suspects',
  claim:
    `Of 1,000 drawn persons with 5 % wrong labels, three folds of a small network find at least ` +
    `${100 * least.recall} % of those of imagequality and bodypose, and at least ${100 * least.precision} % of its suspects are wrong.`,
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ocelli-suspects-'));
    try {
      return await measured(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measured(folder: string): Promise<Finding> {
  const { table } = await drawPersons(join(folder, 'persons'), {
    ...drawn,
    size: 48,
    wrong: wrongShare,
  });
  // Without wrong or missing labels the same seed writes what the pictures show.
  const right = await drawPersons(join(folder, 'truth'), { ...drawn, size: 16, wrong: 0 });
  const outcome = await startCommand(folder, ['suspects', '--table', table, ...settings, ...steps])
    .outcome;
  if (outcome.exitCode !== 0) return { held: false, figure: outcome.err };
  const stated = (await readTable(table)).table;
  const truth = (await readTable(right.table)).table;
  const lines = readFileSync(join(folder, 'corrections.csv'), 'utf8').trim().split('\n').slice(1);
  const suspects = new Set(lines.map((line) => line.split(',').slice(0, 2).join(' ')));
  const each = stated.names.map((name) => ({
    name,
    ...counted({ name, stated, truth, suspects }),
  }));
  const together = sumOf(each.filter(({ name }) => judged.some((one) => one === name)));
  const { precision, recall } = ratesOf(together);
  return {
    held: precision >= least.precision && recall >= least.recall,
    figure: [...each, { name: 'imagequality and bodypose', ...together }].map(inWords).join('; '),
  };
}

interface Counts {
  readonly wrong: number;
  readonly suspects: number;
  /** Suspects that are wrong. */
  readonly hits: number;
}

function counted(parts: {
  readonly name: string;
  readonly stated: AttributeTable;
  readonly truth: AttributeTable;
  readonly suspects: ReadonlySet<string>;
}): Counts {
  const { name, stated, truth, suspects } = parts;
  const rows = Array.from({ length: stated.length }, (_, row) => ({
    isWrong: stated.labelOf(row, name) !== truth.labelOf(row, name),
    isSuspect: suspects.has(`${stated.pathOf(row)} ${name}`),
  }));
  return {
    wrong: rows.filter(({ isWrong }) => isWrong).length,
    suspects: rows.filter(({ isSuspect }) => isSuspect).length,
    hits: rows.filter(({ isWrong, isSuspect }) => isWrong && isSuspect).length,
  };
}

function sumOf(counts: readonly Counts[]): Counts {
  const zero = { wrong: 0, suspects: 0, hits: 0 };
  return counts.reduce(
    (sum, one) => ({
      wrong: sum.wrong + one.wrong,
      suspects: sum.suspects + one.suspects,
      hits: sum.hits + one.hits,
    }),
    zero,
  );
}

function ratesOf({ wrong, suspects, hits }: Counts) {
  return { precision: hits / suspects, recall: hits / wrong };
}

function inWords({ name, ...counts }: Counts & { readonly name: string }): string {
  const { precision, recall } = ratesOf(counts);
  const { wrong, suspects } = counts;
  return (
    `${name}: ${suspects} suspects for ${wrong} wrong labels, ` +
    `precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}`
  );
}
