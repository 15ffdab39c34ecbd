import { didYouMean, OptionCheck, OptionError, optionError, piecewiseLinear } from '@ocelli/torch';
import { PlateauRate, type PlateauRateOptions } from './plateau.ts';
import { type Schedule, triangle } from './schedule.ts';
import { cosine } from './cosine.ts';
import { cyclic, type CyclicMode } from './cyclic.ts';
import { exponential, multiStep, restarts, stepDecay, timeDecay } from './decays.ts';
import { oneCycle } from './oneCycle.ts';
import { oneCycleTail } from './oneCycleTail.ts';
import { sequence } from './sequence.ts';

/** What a schedule follows from beside its own options. */
export interface RunLength {
  /** The experiment's learning rate: the highest or the first one, whichever the schedule knows. */
  readonly lr: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Whether a schedule moves the momentum: not of an optimizer that has none. @default true */
  readonly movesMomentum?: boolean;
}

/** What is set before every step. */
export interface MadeSchedule {
  readonly lrAt: Schedule;
  /** Present where the schedule moves the momentum too. */
  readonly momentumAt?: Schedule;
  /** Present where the learning rate also depends on how the run goes. */
  readonly plateau?: PlateauRate;
  /** Whether its options say all rates, so that the run's own has no effect. @default false */
  readonly hasOwnRates?: boolean;
}

/** A schedule that an experiment can name. Its options count in epochs. */
export interface ScheduleEntry {
  /** What it does to the learning rate, to follow its name. */
  readonly purpose: string;
  /** Its options and what they mean. */
  readonly options: Readonly<Record<string, string>>;
  readonly make: (options: never, run: RunLength) => MadeSchedule;
}

type Momentum = readonly [number, number];

interface CyclicSettings {
  base?: number;
  stepEpochs?: number;
  mode?: CyclicMode;
  gamma?: number;
  max?: number;
}

type PlateauSettings = Omit<PlateauRateOptions, 'lr'>;

interface Part {
  fromEpoch: number;
  schedule: Readonly<Record<string, object>>;
}

const momentum = 'lowest and highest momentum (default [0.85, 0.95])';

const entries = {
  constant: {
    purpose: 'stays as it is',
    options: {},
    make: (_: object, { lr }: RunLength) => ({ lrAt: () => lr }),
  },
  triangle: {
    purpose: 'rises in a line to its peak and falls to 0',
    options: { peakEpoch: 'epoch of the peak (default: a quarter of the run)' },
    make: (options: { peakEpoch?: number }, { lr, ...run }: RunLength) => ({
      lrAt: triangle({ ...run, ...options, peak: lr }),
    }),
  },
  cyclic: {
    purpose: 'goes up and down in cycles',
    options: {
      base: 'lower bound (default: a hundredth of lr)',
      max: 'upper bound (default: lr)',
      stepEpochs: 'half a cycle, in epochs (default 4)',
      mode: 'triangular, triangular2 or expRange (default triangular)',
      gamma: 'with expRange: factor on the height, once a step',
    },
    make: ({ stepEpochs = 4, ...options }: CyclicSettings, { lr, stepsPerEpoch }: RunLength) => ({
      lrAt: cyclic({ base: lr / 100, max: lr, ...options, stepSize: stepEpochs * stepsPerEpoch }),
      hasOwnRates: options.base !== undefined && options.max !== undefined,
    }),
  },
  oneCycle: {
    purpose: 'rises to its peak and falls far below where it began; momentum goes the other way',
    options: {
      peakEpoch: 'epoch of the peak (default: 0.3 of the run)',
      anneal: 'cosine or linear (default cosine)',
      divFactor: 'lr over the first learning rate (default 25)',
      finalDivFactor: 'the first learning rate over the last (default 10000)',
      momentum,
    },
    make: (
      { peakEpoch, ...options }: { peakEpoch?: number; momentum?: Momentum },
      run: RunLength,
    ) => {
      const peak = peakEpoch !== undefined && { peak: peakEpoch / run.epochs };
      return oneCycle({ ...options, ...peak, max: run.lr, totalSteps: stepsOf(run) });
    },
  },
  oneCycleTail: {
    purpose: 'rises and falls in lines and ends in a short tail far below',
    options: {
      tail: 'share of the run after the cycle (default 0.1)',
      scale: 'the cycle begins and ends at this share of lr (default 0.1)',
      momentum,
    },
    make: (options: { tail?: number; scale?: number; momentum?: Momentum }, run: RunLength) =>
      oneCycleTail({ ...options, max: run.lr, totalSteps: stepsOf(run) }),
  },
  cosine: {
    purpose: 'falls along half a cosine, after a warm-up if there is one',
    options: {
      warmupEpochs: 'epochs of a rise in a line before it (default 0)',
      from: 'where the warm-up begins, as a share of lr (default 0)',
      to: 'where it ends, as a share of lr (default 0)',
    },
    make: (
      { warmupEpochs = 0, ...options }: { warmupEpochs?: number; from?: number; to?: number },
      run: RunLength,
    ) => ({
      lrAt: cosine({
        ...options,
        max: run.lr,
        totalSteps: stepsOf(run),
        warmupSteps: warmupEpochs * run.stepsPerEpoch,
      }),
    }),
  },
  piecewise: {
    purpose: 'runs in straight lines through points',
    options: { points: 'list of [epoch, learning rate]' },
    make: (options: { points: readonly (readonly [number, number])[] }, run: RunLength) => {
      const { points } = new OptionCheck('piecewise').read(options, ['points']);
      if (!Array.isArray(points))
        throw optionError('piecewise', 'points', 'a list of [epoch, lr]', points);
      const atEpoch = piecewiseLinear(points);
      return { lrAt: (step: number) => atEpoch(step / run.stepsPerEpoch), hasOwnRates: true };
    },
  },
  step: {
    purpose: 'drops by a factor every so many epochs',
    options: { every: 'epochs between drops', factor: 'of each drop (default 0.1)' },
    make: (options: { every: number; factor?: number }, { lr, stepsPerEpoch }: RunLength) => ({
      lrAt: stepDecay({ ...options, lr, every: inSteps(options.every, stepsPerEpoch) }),
    }),
  },
  multiStep: {
    purpose: 'drops by a factor at chosen epochs',
    options: { at: 'epochs of the drops', factor: 'of each drop (default 0.1)' },
    make: (
      options: { at: readonly number[]; factor?: number },
      { lr, stepsPerEpoch }: RunLength,
    ) => ({
      lrAt: multiStep({
        ...options,
        lr,
        at: Array.isArray(options.at)
          ? options.at.map((epoch) => epoch * stepsPerEpoch)
          : options.at,
      }),
    }),
  },
  exponential: {
    purpose: 'falls by a factor each epoch, evenly',
    options: { factor: 'once an epoch' },
    make: (options: { factor: number }, { lr, stepsPerEpoch }: RunLength) => ({
      lrAt: exponential({ ...options, lr, every: stepsPerEpoch }),
    }),
  },
  timeDecay: {
    purpose: 'is divided by 1 + decay · step',
    options: { decay: 'once a step' },
    make: (options: { decay: number }, { lr }: RunLength) => ({
      lrAt: timeDecay({ ...options, lr }),
    }),
  },
  restarts: {
    purpose: 'falls to its end and starts again, every so many epochs',
    options: {
      every: 'epochs between restarts',
      factor: 'on the learning rate at each restart (default 1)',
      anneal: 'cosine or linear (default cosine)',
      to: 'where a decay ends, as a share of where it begins (default 0)',
    },
    make: (options: { every: number; factor?: number; to?: number }, run: RunLength) => ({
      lrAt: restarts({ ...options, lr: run.lr, every: inSteps(options.every, run.stepsPerEpoch) }),
    }),
  },
  reduceOnPlateau: {
    purpose: 'stays as it is until the validation stops getting better, and is reduced then',
    options: {
      monitor: 'figure of the validation that is watched (default loss)',
      factor: 'of each reduction (default 0.1)',
      patience: 'epochs without improvement that are waited for (default 10)',
      cooldown: 'epochs after a reduction that do not count (default 0)',
      min: 'lowest learning rate (default 0)',
      minDelta: 'what counts as an improvement: more than this (default 0.0001)',
    },
    make: (options: PlateauSettings, { lr }: RunLength) => ({
      lrAt: () => lr,
      plateau: new PlateauRate({ ...options, lr }),
    }),
  },
  sequence: {
    purpose: 'is one schedule after another, each from its own beginning',
    options: {
      parts:
        'list of { fromEpoch, schedule: { name: options } }, the first from epoch 0; all move the momentum or none',
    },
    make: ({ parts }: { parts: readonly Part[] }, run: RunLength) => inParts(parts, run),
  },
} as const satisfies Record<string, ScheduleEntry>;

/** Every schedule that an experiment can name. */
export const scheduleEntries: ReadonlyMap<string, ScheduleEntry> = new Map(Object.entries(entries));

/**
 * The schedule of a run by name. Options count in epochs, whole or fractional, so that they hold for any
 * batch size; the learning rate itself is the experiment's `lr`.
 *
 * @throws {OptionError} if the name or an option is unknown, with the nearest known one, or a value is
 *   outside its bounds.
 * @example
 * createSchedule('oneCycle', { peakEpoch: 5, divFactor: 8 }, { lr: 0.1, epochs: 24, stepsPerEpoch: 98 });
 */
export function createSchedule(name: string, options: object, run: RunLength): MadeSchedule {
  const found = scheduleEntries.get(name);
  if (found === undefined) {
    const known = [...scheduleEntries.keys()];
    const hint = didYouMean(name, known) || `Known are ${known.join(', ')}.`;
    throw new OptionError(`schedule: unknown schedule "${name}". ${hint}`);
  }
  if (!isObject(options)) throw optionError(name, 'options', 'an object', options);
  new OptionCheck(name).read(options as Record<string, unknown>, Object.keys(found.options));
  const made = found.make(options as never, run); // each checks the values it is given
  if (run.movesMomentum !== false) return made;
  const { momentumAt: _, ...rest } = made;
  return rest;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Steps of a run, or of a part of a sequence, whose epochs need not be whole. */
function stepsOf({ epochs, stepsPerEpoch }: RunLength): number {
  return Math.round(epochs * stepsPerEpoch);
}

/** What is no number stays what it is, for the message about it. */
function inSteps(epochs: number, stepsPerEpoch: number): number {
  return typeof epochs === 'number' ? epochs * stepsPerEpoch : epochs;
}

function inParts(given: unknown, run: RunLength): MadeSchedule {
  const parts = checkedParts(given);
  // Whole steps: some schedules have no other length.
  const begins = parts.map(({ fromEpoch }) => Math.round(fromEpoch * run.stepsPerEpoch));
  const made = parts.map(({ schedule }, index) => {
    const from = begins[index] ?? 0; // there is one for each
    const steps = (begins[index + 1] ?? stepsOf(run)) - from;
    const [[name, options] = ['', {}]] = Object.entries(schedule);
    const part = createSchedule(name, options, { ...run, epochs: steps / run.stepsPerEpoch });
    if (part.plateau) {
      throw optionError('sequence', 'parts', 'schedules that are known beforehand', name);
    }
    return { ...part, name, from };
  });
  const momenta = made.flatMap(({ from, momentumAt }) =>
    momentumAt ? [{ from, schedule: momentumAt }] : [],
  );
  if (momenta.length > 0 && momenta.length < made.length) {
    const rule = 'schedules that all move the momentum or all leave it';
    const names = made.map(({ name }) => name);
    throw optionError('sequence', 'parts', rule, names);
  }
  return {
    lrAt: sequence(made.map(({ from, lrAt }) => ({ from, schedule: lrAt }))),
    ...(momenta.length > 0 && { momentumAt: sequence(momenta) }),
    hasOwnRates: made.every(({ hasOwnRates }) => hasOwnRates === true),
  };
}

function checkedParts(parts: unknown): readonly Part[] {
  if (!Array.isArray(parts) || parts.length === 0) {
    throw optionError('sequence', 'parts', 'a list of schedules', parts);
  }
  const rule = '{ fromEpoch, schedule: { name: options } }';
  for (const part of parts as readonly unknown[]) {
    if (!isPart(part)) throw optionError('sequence', 'each of parts', rule, part);
  }
  return parts as readonly Part[]; // just checked
}

/** Whether it has both, and nothing beside them that nobody would read. */
function isPart(part: unknown): part is Part {
  if (!isObject(part) || Object.keys(part).length !== 2) return false;
  const { fromEpoch, schedule } = part as Partial<Part>;
  return typeof fromEpoch === 'number' && isObject(schedule) && Object.keys(schedule).length === 1;
}
