import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { DataError, optionError } from '@ocelli/torch';
import { compareRuns } from '../report/compareRuns.ts';
import { type ExperimentInput, resolveExperiment } from '../train/experiment/experiment.ts';
import { openRunData } from '../train/runData/runData.ts';
import { resolveGroup } from './experimentGroup.ts';
import { runGroup } from './runGroup.ts';
import { type SubsetSource, subsetTable, writeSubset } from './subsetFolder.ts';
import type { WorkOptions } from './workOn.ts';

/** What may be on a shortlist: settings, or a program that takes `--data`, `--epochs` and `--seed`. */
export type Candidate =
  | { readonly name: string; readonly settings: ExperimentInput }
  | { readonly name: string; readonly recipe: string };

/** How {@link shortlist} compares its candidates. */
export interface ShortlistOptions extends Pick<WorkOptions, 'mode' | 'signal' | 'where'> {
  /** How many pictures each candidate trains and validates on. @default 500 */
  readonly pictures?: number;
  /** How long each trains. @default 20 */
  readonly epochs?: number;
  /** Of the choice of pictures, the split, weights and order. @default 0 */
  readonly seed?: number;
  /** Settings that say where the pictures are, where the candidates do not. @default {} */
  readonly source?: ExperimentInput;
  /** Where the subset and the runs lie, as `<runsDir>/shortlist`. @default 'runs' */
  readonly runsDir?: string;
  /** Called before a candidate begins, with its place among all. */
  readonly onBegin?: (name: string, place: { index: number; count: number }) => void;
}

/** How a candidate fared. */
export interface Ranked {
  readonly name: string;
  /** The best on the held-back pictures; absent if it failed. */
  readonly accuracy?: number;
  /** Of the whole run. */
  readonly seconds?: number;
  /** Why it failed. */
  readonly error?: unknown;
}

/**
 * Trains every candidate on the same few pictures, in the same split, with the same seed, for the same
 * number of epochs, and ranks them by their best accuracy, then by their time. Those that failed are last.
 *
 * @throws {OptionError} if settings are wrong, a candidate has stages, or there are too few pictures.
 * @throws {DataError} for everything that can be wrong with the data.
 */
export async function shortlist(
  candidates: readonly Candidate[],
  options: ShortlistOptions = {},
): Promise<Ranked[]> {
  const { pictures = 500, epochs = 20, seed = 0, runsDir = 'runs' } = options;
  for (const candidate of candidates) refuseStages(candidate);
  const root = join(runsDir, 'shortlist');
  const subset = await subsetOf(candidates, options, { root, count: pictures, seed });
  const ranked: Ranked[] = [];
  for (const [index, candidate] of candidates.entries()) {
    options.onBegin?.(candidate.name, { index, count: candidates.length });
    const known = { subset, epochs, seed, root };
    try {
      const result =
        'recipe' in candidate
          ? await runRecipe(candidate.recipe, known)
          : await runSettings(candidate.name, candidate.settings, { ...options, ...known });
      ranked.push({ name: candidate.name, ...result });
    } catch (error) {
      ranked.push({ name: candidate.name, error });
    }
    if (options.signal?.().aborted === true) break;
  }
  return ranked.toSorted(byResult);
}

/** All train for the same number of epochs, which is that of a stage where there are stages. */
function refuseStages(candidate: Candidate): void {
  const count = 'settings' in candidate ? (candidate.settings.stages?.length ?? 0) : 0;
  if (count === 0) return;
  const rule = 'without stages, whose epochs are their own';
  throw optionError('shortlist', `candidate ${candidate.name}`, rule, `${count} stages`);
}

function byResult(one: Ranked, other: Ranked): number {
  const better = (other.accuracy ?? -1) - (one.accuracy ?? -1);
  return better === 0 ? (one.seconds ?? Infinity) - (other.seconds ?? Infinity) : better;
}

/** The pictures of all candidates, in files of their own; those of an earlier shortlist are used again. */
async function subsetOf(
  candidates: readonly Candidate[],
  { source = {} }: ShortlistOptions,
  { root, count, seed }: { root: string; count: number; seed: number },
): Promise<SubsetSource> {
  const first = candidates.find((candidate) => 'settings' in candidate);
  const settings = { ...(first && 'settings' in first && first.settings), ...source };
  const { data, table, dataset, ...others } = resolveExperiment(settings, { where: 'shortlist' });
  const opened = await openRunData(resolveExperiment({ ...settings, seed }));
  const place = [data ?? table ?? dataset, others.imageSize, count, seed].join('-');
  const folder = join(root, 'pictures', place.replace(/[^\w.-]+/g, '_'));
  const isTable = 'attributes' in opened.train.labelNames;
  const subset = isTable ? { table: join(folder, subsetTable) } : { data: folder };
  if (existsSync(folder)) return subset;
  // Under another name until it is whole: what is there is used again.
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await writeSubset(opened.train, unfinished, { count, seed });
  renameSync(unfinished, folder);
  return subset;
}

interface Conditions {
  readonly subset: SubsetSource;
  readonly epochs: number;
  readonly seed: number;
  readonly root: string;
}

/** Settings that say where pictures are and what a table means; the subset has its own answers. */
const ofSource: readonly string[] = [
  ...['data', 'dataset', 'table', 'images', 'imageColumn', 'labelColumns', 'ignoreColumns'],
  ...['groupColumn', 'corrections', 'testShare'],
];

async function runSettings(
  name: string,
  settings: ExperimentInput,
  { subset, epochs, seed, root, mode, signal, where }: ShortlistOptions & Conditions,
): Promise<Omit<Ranked, 'name'>> {
  const own = Object.fromEntries(
    Object.entries(settings).filter(([setting]) => !ofSource.includes(setting)),
  );
  const experiments = [{ ...own, ...subset, epochs, seed, name }];
  const [run] = await runGroup(resolveGroup({ name: 'shortlist', experiments }), {
    runsDir: join(root, '..'),
    report: false,
    ...(where !== undefined && { where }),
    ...(mode !== undefined && { mode }),
    ...(signal && { signal }),
  });
  if (run?.folder === undefined || run.outcome === 'failed') throw run?.error;
  const [summary] = compareRuns([{ name, folder: run.folder }]).runs;
  return { accuracy: summary?.best?.accuracy ?? 0, seconds: summary?.seconds ?? 0 };
}

/** Runs a recipe as a program of its own and reads what it prints. */
async function runRecipe(path: string, conditions: Conditions): Promise<Omit<Ranked, 'name'>> {
  const { subset, epochs, seed } = conditions;
  if (!('data' in subset)) {
    throw new DataError(`${path}: expected pictures with one label for a recipe, got a table.`);
  }
  const words = [
    '--data',
    resolve(subset.data),
    '--epochs',
    String(epochs),
    '--seed',
    String(seed),
  ];
  const startedAt = performance.now();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...process.execArgv, ...loaderFlags(), path, ...words],
    { maxBuffer: 2 ** 26 },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const accuracy = bestPrinted(stdout);
  if (accuracy === undefined) {
    throw new DataError(`${path}: expected it to print an accuracy of its test part, got none.`);
  }
  return { accuracy, seconds };
}

/** The best accuracy in what a recipe prints, from 0 to 1. */
export function bestPrinted(text: string): number | undefined {
  const shares = [...text.matchAll(/^test accuracy: ([\d.]+)/gm)].map(([, share]) => Number(share));
  const counts = [...text.matchAll(/Accuracy: (\d+)\/(\d+)/g)].map(
    ([, right, all]) => Number(right) / Number(all),
  );
  const all = [...shares, ...counts];
  return all.length === 0 ? undefined : Math.max(...all);
}

/** TypeScript is read by Node.js itself from 22.18 on; before, by tsx, where it is installed. */
function loaderFlags(): string[] {
  if ('typescript' in process.features && process.features.typescript !== false) return [];
  try {
    const tsx = createRequire(join(process.cwd(), 'x.js')).resolve('tsx');
    return ['--import', pathToFileURL(tsx).href];
  } catch {
    return [];
  }
}
