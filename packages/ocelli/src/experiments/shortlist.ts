import { join } from 'node:path';
import { DataError, optionError } from '@ocelli/torch';
import { compareRuns } from '../report/compareRuns.ts';
import { type ExperimentInput, resolveExperiment } from '../train/experiment/experiment.ts';
import { type GroupMember, resolveGroup } from './experimentGroup.ts';
import { type GroupRun, writeGroupList } from './groupList.ts';
import { runRecipeProgram } from './recipeProgram.ts';
import { memberRunner } from './runGroup.ts';
import { shortlistSubset } from './shortlistSubset.ts';
import type { SubsetSource } from './subsetFolder.ts';
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
  /** Threads libtorch computes with. @default those of each candidate's settings */
  readonly threads?: number;
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
 * How all fared is also listed in `<runsDir>/shortlist/group.json`.
 *
 * Asked to stop, it stops the candidate in work, which then has no rank, and begins no other.
 *
 * @throws {OptionError} if settings are wrong, two candidates have one name, one has stages, or there are
 *   too few pictures.
 * @throws {DataError} for everything that can be wrong with the data.
 */
export async function shortlist(
  candidates: readonly Candidate[],
  options: ShortlistOptions = {},
): Promise<Ranked[]> {
  const { pictures = 500, epochs = 20, seed = 0, threads, runsDir = 'runs' } = options;
  refuseTwice(candidates);
  for (const candidate of candidates) refuseStages(candidate);
  const root = join(runsDir, 'shortlist');
  const source = sourceOf(candidates, options);
  refuseOtherFits(candidates, source);
  const choice = { count: pictures, seed };
  const subset = await shortlistSubset(join(root, 'pictures'), source, choice);
  const conditions = { subset, epochs, seed, ...(threads !== undefined && { threads }) };
  const train = memberRunner(root, workOptions(options));
  const runs: CandidateRun[] = [];
  for (const [index, candidate] of candidates.entries()) {
    options.onBegin?.(candidate.name, { index, count: candidates.length });
    const run = await candidateRun(candidate, conditions, train);
    const isOver = options.signal?.().aborted === true;
    // What ends this process ends a recipe too, which has not failed by that.
    const isCut = isOver && run.outcome === 'failed';
    runs.push(isCut ? { ...run, outcome: 'interrupted' } : run);
    writeGroupList(root, 'shortlist', runs);
    if (isOver) break;
  }
  return runs
    .filter(({ outcome }) => outcome !== 'interrupted')
    .map(rankedOf)
    .toSorted(byResult);
}

function refuseTwice(candidates: readonly Candidate[]): void {
  const names = candidates.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw optionError('shortlist', 'names', 'different for each candidate', twice);
}

/** All train for the same number of epochs, which is that of a stage where there are stages. */
function refuseStages(candidate: Candidate): void {
  const count = 'settings' in candidate ? (candidate.settings.stages?.length ?? 0) : 0;
  if (count === 0) return;
  const rule = 'without stages, whose epochs are their own';
  throw optionError('shortlist', `candidate ${candidate.name}`, rule, `${count} stages`);
}

/** Where the pictures are: as said, else as the first candidate with settings has it. */
function sourceOf(
  candidates: readonly Candidate[],
  { source = {} }: ShortlistOptions,
): ExperimentInput {
  const first = candidates.find((candidate) => 'settings' in candidate);
  return { ...(first && 'settings' in first && first.settings), ...source };
}

/** All share pictures that are stored as the first fits them: another fit would find nothing to do. */
function refuseOtherFits(candidates: readonly Candidate[], source: ExperimentInput): void {
  const { fit } = resolveExperiment(source, { where: 'shortlist' });
  for (const candidate of candidates) {
    const own = 'settings' in candidate ? (candidate.settings.fit ?? fit) : fit;
    if (own === fit) continue;
    const rule = `${fit}, as of the first`;
    throw optionError('shortlist', `fit of candidate ${candidate.name}`, rule, own);
  }
}

function workOptions({ mode, signal, where }: ShortlistOptions): WorkOptions {
  return {
    report: false,
    ...(where !== undefined && { where }),
    ...(mode !== undefined && { mode }),
    ...(signal && { signal }),
  };
}

/** How a candidate fared, with what it reached if it came to its end. */
type CandidateRun = GroupRun & Pick<Ranked, 'accuracy' | 'seconds'>;

interface Conditions {
  readonly subset: SubsetSource;
  readonly epochs: number;
  readonly seed: number;
  readonly threads?: number;
}

async function candidateRun(
  candidate: Candidate,
  conditions: Conditions,
  train: (member: GroupMember) => Promise<GroupRun>,
): Promise<CandidateRun> {
  const { name } = candidate;
  try {
    if ('settings' in candidate) return measured(await train(memberOf(candidate, conditions)));
    const { seed } = conditions;
    return { name, seed, outcome: 'completed', ...(await recipeResult(candidate, conditions)) };
  } catch (error) {
    return { name, seed: conditions.seed, outcome: 'failed', error };
  }
}

/** Settings that say where pictures are, what a table means and what is held back; the subset has its own answers. */
const ofSource: readonly string[] = [
  ...['data', 'dataset', 'table', 'images', 'imageColumn', 'labelColumns', 'ignoreColumns'],
  ...['groupColumn', 'corrections', 'testShare', 'validationShare'],
];

function memberOf(
  { name, settings }: { readonly name: string; readonly settings: ExperimentInput },
  { subset, ...shared }: Conditions,
): GroupMember {
  const own = Object.fromEntries(
    Object.entries(settings).filter(([setting]) => !ofSource.includes(setting)),
  );
  const experiments = [{ ...own, ...subset, ...shared, name }];
  const [member] = resolveGroup({ name: 'shortlist', experiments });
  if (member === undefined) throw new Error('internal: a group without its one member');
  return member;
}

function measured(run: GroupRun): CandidateRun {
  const { name, folder, outcome } = run;
  if (folder === undefined || outcome === 'failed' || outcome === 'interrupted') return run;
  const [summary] = compareRuns([{ name, folder }]).runs;
  return { ...run, accuracy: summary?.best?.accuracy ?? 0, seconds: summary?.seconds ?? 0 };
}

function recipeResult({ recipe }: { readonly recipe: string }, { subset, ...told }: Conditions) {
  if ('data' in subset) return runRecipeProgram(recipe, { ...told, data: subset.data });
  throw new DataError(`${recipe}: expected pictures with one label for a recipe, got a table.`);
}

function rankedOf({ name, accuracy, seconds, error }: CandidateRun): Ranked {
  return {
    name,
    ...(accuracy !== undefined && { accuracy }),
    ...(seconds !== undefined && { seconds }),
    ...(error !== undefined && { error }),
  };
}

function byResult(one: Ranked, other: Ranked): number {
  const better = (other.accuracy ?? -1) - (one.accuracy ?? -1);
  return better === 0 ? (one.seconds ?? Infinity) - (other.seconds ?? Infinity) : better;
}
