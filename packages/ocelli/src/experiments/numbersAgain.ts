import type { TrainEvent } from '../train/record/events.ts';
import { epochsOf } from '../train/record/history.ts';

/** Numbers of a record by figure and epoch; those of the final evaluation have no epoch. */
export interface RecordedNumber {
  /** Such as `validation accuracy` or `train gender loss`. */
  readonly figure: string;
  /** From 1; absent for what was measured after the run. */
  readonly epoch?: number;
  readonly value: number | null;
}

/** A number of a record beside the one that came out when the run was repeated. */
export interface NumberAgain {
  readonly figure: string;
  readonly epoch?: number;
  readonly before: number | null;
  /** Absent if the repeated run did not get there. */
  readonly now?: number | null;
  /** `now − before`; absent where one of them is no number. */
  readonly difference?: number;
  /** Whether it came out again, bit for bit. */
  readonly same: boolean;
}

/**
 * Every number that a record states and that does not measure time: the scores of each epoch and its
 * learning rate, then those of the final evaluation.
 *
 * @param evaluation content of `evaluation.json`, if there is one.
 */
export function recordedNumbers(
  events: Iterable<TrainEvent>,
  evaluation?: object,
): RecordedNumber[] {
  const ofEpochs = epochsOf(events).flatMap(({ epoch, lr, train, validation = {} }) =>
    leaves({ lr, train, validation }).map(([path, value]) => ({ figure: path, epoch, value })),
  );
  const final = leaves({ evaluation }).map(([figure, value]) => ({ figure, value }));
  return [...ofEpochs, ...final];
}

/** Numbers inside a JSON value, with the path to each; `null` stands for what is no number there. */
function leaves(value: unknown, path: readonly string[] = []): [string, number | null][] {
  if (typeof value === 'number' || value === null) return [[path.join(' '), value]];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'attributes' ? leaves(inner, path) : leaves(inner, [...path, key]),
  );
}

/** Sets every number of a record beside the one of a repetition. */
export function compareNumbers(
  before: readonly RecordedNumber[],
  now: readonly RecordedNumber[],
): NumberAgain[] {
  const keyOf = ({ figure, epoch }: RecordedNumber): string => `${epoch} ${figure}`;
  const again = new Map(now.map((number) => [keyOf(number), number.value]));
  return before.map(({ value, ...place }) => {
    const key = keyOf({ ...place, value });
    if (!again.has(key)) return { ...place, before: value, same: false };
    const other = again.get(key) ?? null;
    const difference = value !== null && other !== null && { difference: other - value };
    return { ...place, before: value, now: other, same: Object.is(value, other), ...difference };
  });
}
