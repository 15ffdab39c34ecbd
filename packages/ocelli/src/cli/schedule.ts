import { OptionError, optionError } from '@ocelli/torch';
import { drawingKinds, writeDrawing } from '../report/chartFiles.ts';
import { scheduleChart } from '../report/charts/scheduleChart.ts';
import {
  createSchedule,
  type MadeSchedule,
  type RunLength,
  scheduleEntries,
} from '../train/schedules/createSchedule.ts';
import { checkOutput } from './checkOutput.ts';
import { exitCodes } from './exitCodes.ts';
import { positiveInteger } from './positiveInteger.ts';

export interface ScheduleCommandOptions {
  readonly options?: string;
  readonly lr: string;
  readonly epochs: string;
  readonly stepsPerEpoch: string;
  readonly out?: string;
}

const where = 'ocelli schedule';

/** Shows what a schedule will do, before any training. @returns the exit code. */
export async function runSchedule(name: string, options: ScheduleCommandOptions): Promise<number> {
  const run = {
    lr: positive('--lr', options.lr),
    epochs: positiveInteger(where, '--epochs', options.epochs) ?? 1,
    stepsPerEpoch: positiveInteger(where, '--steps-per-epoch', options.stepsPerEpoch) ?? 1,
  };
  if (name === 'list') {
    process.stdout.write(listed());
    return exitCodes.done;
  }
  const { out } = options;
  if (out !== undefined) checkOutput(where, { name: '--out', file: out, kinds: drawingKinds });
  const schedule = made(name, options.options, run);
  process.stdout.write(table(schedule, run));
  if (schedule.plateau) process.stdout.write(`before any reduction; those depend on the run\n`);
  if (out !== undefined) {
    await writeDrawing(where, out, scheduleChart(name, schedule, run));
    process.stdout.write(`written: ${out}\n`);
  }
  return exitCodes.done;
}

/** @throws {OptionError} that says where options are named, if one is needed and none was given. */
function made(name: string, options: string | undefined, run: RunLength): MadeSchedule {
  try {
    return createSchedule(name, readOptions(options), run);
  } catch (cause) {
    const isMissing =
      cause instanceof OptionError && options === undefined && scheduleEntries.has(name);
    if (!isMissing) throw cause;
    const remedy = 'Pass it with --options; `ocelli schedule list` names the options of each.';
    throw new OptionError(`${cause.message} ${remedy}`, { cause });
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw optionError(where, name, 'a number above 0', text);
}

function readOptions(text = '{}'): object {
  try {
    return JSON.parse(text) as object;
  } catch (cause) {
    throw new OptionError(
      `${where}: expected --options to be JSON such as {"every": 10}, got ${text}.`,
      { cause },
    );
  }
}

function listed(): string {
  const lines = [...scheduleEntries].flatMap(([name, { purpose, options }]) => [
    `${name}: ${purpose}`,
    ...Object.entries(options).map(([option, meaning]) => `    ${option}: ${meaning}`),
  ]);
  return `${lines.join('\n')}\n`;
}

/** The values where each of at most eleven epochs begins, and at the last step. */
function table(
  schedule: MadeSchedule,
  { epochs, stepsPerEpoch }: { epochs: number; stepsPerEpoch: number },
) {
  const every = Math.max(1, Math.ceil(epochs / 10));
  const begins = Array.from(
    { length: Math.ceil(epochs / every) },
    (_, index) => index * every * stepsPerEpoch,
  );
  const rows = [...begins, epochs * stepsPerEpoch - 1].map((step) => {
    const epoch = Number((step / stepsPerEpoch).toFixed(2));
    const momentum = schedule.momentumAt && `  momentum ${schedule.momentumAt(step).toFixed(3)}`;
    return `epoch ${String(epoch).padStart(6)}  lr ${shown(schedule.lrAt(step))}${momentum ?? ''}`;
  });
  return `${rows.join('\n')}\n`;
}

function shown(lr: number): string {
  return lr !== 0 && Math.abs(lr) < 1e-3 ? lr.toExponential(3) : lr.toPrecision(4);
}
