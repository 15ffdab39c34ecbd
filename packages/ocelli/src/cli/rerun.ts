import { rerun, type Rerun } from '../experiments/rerun.ts';
import { shownPath } from '../experiments/runPlan.ts';
import type { NumberAgain } from '../experiments/numbersAgain.ts';
import { progressModes } from '../report/consoleReporter.ts';
import { textTable } from '../report/table.ts';
import { choice } from './choice.ts';
import { exitCodes } from './exitCodes.ts';
import { interruptOnce } from './interrupt.ts';
import { positiveInteger } from './positiveInteger.ts';

export interface RerunCommandOptions {
  readonly epochs?: string;
  readonly runsDir?: string;
  readonly progress: string;
  readonly json?: boolean;
}

const where = 'ocelli rerun';

/** Repeats a run and says number by number whether it came out again. @returns the exit code. */
export async function runRerun(run: string, options: RerunCommandOptions): Promise<number> {
  const { progress, runsDir, json = false } = options;
  const mode = choice(where, { name: '--progress', value: progress, among: progressModes });
  const epochs = positiveInteger(where, '--epochs', options.epochs);
  const interrupt = interruptOnce();
  try {
    const again = await rerun(run, {
      where,
      mode: json ? 'silent' : mode,
      signal: interrupt.signal,
      ...(runsDir !== undefined && { runsDir }),
      ...(epochs !== undefined && { epochs }),
    });
    process.stdout.write(json ? `${JSON.stringify(again)}\n` : told(run, again));
    if (again.interrupted) return interrupt.exitCode();
    return isSame(again) ? exitCodes.done : exitCodes.differs;
  } finally {
    interrupt.release();
  }
}

function isSame({ numbers, sameWeights = true }: Rerun): boolean {
  return sameWeights && numbers.every(({ same }) => same);
}

function told(run: string, again: Rerun): string {
  const { folder, numbers, circumstances, sameWeights } = again;
  const count = numbers.filter(({ same }) => same).length;
  const verdict = isSame(again)
    ? `All ${count} numbers came out again, bit for bit.`
    : `${count} of ${numbers.length} numbers came out again, bit for bit.`;
  return [
    `\n${run}, repeated as ${shownPath(folder)}`,
    ...circumstanceLines(circumstances),
    '',
    textTable(columns, rowsOf(numbers)).trimEnd(),
    '',
    ...(sameWeights === undefined
      ? []
      : [`last weights: ${sameWeights ? 'the same, bit for bit' : 'others'}`]),
    `${verdict}\n`,
  ].join('\n');
}

function circumstanceLines(circumstances: Rerun['circumstances']): string[] {
  if (circumstances === undefined) return ['the run left no record of its machine'];
  if (circumstances.length === 0) return ['same machine, threads, versions and commit'];
  return circumstances.map(
    ({ name, before = 'not on record', now = 'none' }) => `${name}: ${before} then, ${now} now`,
  );
}

const columns = [
  { head: 'figure', align: 'left' },
  { head: 'same', align: 'right' },
  { head: 'largest difference', align: 'right' },
  { head: 'then', align: 'right' },
  { head: 'now', align: 'right' },
] as const;

/** A line a figure; every number is in the JSON. */
function rowsOf(numbers: readonly NumberAgain[]): string[][] {
  const byFigure = new Map<string, NumberAgain[]>();
  for (const number of numbers) {
    const name = figureName(number);
    byFigure.set(name, [...(byFigure.get(name) ?? []), number]);
  }
  return [...byFigure].map(([name, all]) => {
    const same = all.filter((number) => number.same).length;
    const worst = all.reduce((most, one) => (sizeOf(one) > sizeOf(most) ? one : most));
    const [then, now] = [shown(worst.before), shown(worst.now)];
    const where = worst.epoch === undefined || same === all.length ? '' : ` (epoch ${worst.epoch})`;
    const size = worst.now === undefined ? 'not reached' : sizeOf(worst).toPrecision(2);
    return [name, `${same} of ${all.length}`, same === all.length ? '0' : size + where, then, now];
  });
}

/** The numbers of the final evaluation are many: one line a head. */
function figureName({ figure, epoch }: NumberAgain): string {
  return epoch === undefined ? figure.split(' ').slice(0, 3).join(' ') : figure;
}

/** How far a number is from what it was; what was not reached is farthest. */
function sizeOf({ same, difference }: NumberAgain): number {
  if (same) return 0;
  return difference === undefined ? Infinity : Math.abs(difference);
}

function shown(value: number | null | undefined): string {
  if (value === undefined) return '-';
  return value === null ? 'none' : String(Number(value.toPrecision(7)));
}
