import type { TrainEventConsumer } from '../train/record/emitter.ts';
import type { RunStarted, TrainEvent } from '../train/record/events.ts';
import { bestEpoch, bestFigures } from '../train/record/history.ts';
import { bestEpochLine } from './lines.ts';
import { noteOf } from './notes.ts';
import { grouped } from './numbers.ts';
import type { Output } from './output.ts';
import { showBars } from './showBars.ts';
import type { Showing } from './showing.ts';
import { showLines } from './showLines.ts';
import { showNested } from './showNested.ts';

export type { Output };

/** How much a run shows while it works. */
export const progressModes = ['bar', 'nested', 'line', 'silent'] as const;
/** One of the ways in which a run is told. */
export type ProgressMode = (typeof progressModes)[number];

/** How a run is told on a terminal. */
export interface ConsoleReporterOptions {
  /**
   * `bar`: a moving bar and a report an epoch. `nested`: a bar of epochs over the bar of batches, which
   * needs a terminal and is `bar` without one. `line`: one line an epoch. `silent`: warnings alone.
   *
   * @default 'bar'
   */
  mode?: ProgressMode;
  /** Lines shown above the run, the first one framed. @default ['training'] */
  banner?: readonly string[];
  /** What is on record of a run that goes on, to tell its best epoch. @default [] */
  history?: readonly TrainEvent[];
  /** @default process.stdout */
  out?: Output;
  /** Where warnings go, in every mode. @default process.stderr */
  err?: Output;
}

/**
 * Shows a run to the person who waits for it. Where the output is no terminal, nothing is ever drawn
 * over: the bar becomes plain lines.
 */
export function consoleReporter(options: ConsoleReporterOptions = {}): TrainEventConsumer {
  const {
    mode = 'bar',
    banner = ['training'],
    history = [],
    out = process.stdout,
    err = process.stderr,
  } = options;
  const shown = showing(mode, out);
  const events: TrainEvent[] = [...history];
  let notes: string[] = [];
  return function consoleReport(event) {
    if (event.type === 'warning') {
      shown.endLine();
      err.write(`warning: ${event.message}\n`);
    }
    if (mode === 'silent') return;
    if (event.type === 'runStarted') {
      for (const line of framed([...banner, parameterLine(event)])) out.write(`${line}\n`);
    }
    if (event.type === 'runStarted' || event.type === 'epochEnded') events.push(event);
    // What was done about an epoch is told under its report, which comes later.
    const note = mode === 'line' && event.type === 'bestSaved' ? undefined : noteOf(event);
    if (note !== undefined) notes.push(`${note}\n`);
    shown.show(event);
    if (event.type !== 'epochEnded' && event.type !== 'runEnded') return;
    for (const line of notes) out.write(line);
    notes = [];
    if (event.type !== 'runEnded') return;
    const best = bestEpoch(events);
    if (best !== undefined) out.write(`${bestEpochLine(best, bestFigures(events))}\n`);
  };
}

function framed([title, ...rest]: readonly string[]): string[] {
  return [`======== ${title} ========`, ...rest];
}

function parameterLine({ parameters, from, epochs }: RunStarted): string {
  const { total, trainable } = parameters;
  const counts = `parameters: ${grouped(total)}, ${grouped(trainable)} of them learned`;
  if (from.epoch > epochs) return `${counts}; already completed after epoch ${epochs}`;
  return from.step === 0 ? counts : `${counts}; going on after step ${grouped(from.step)}`;
}

function showing(mode: ProgressMode, out: Output): Showing {
  if (mode === 'silent') return { show: () => {}, endLine: () => {} };
  if (mode === 'line') return showLines(out);
  return mode === 'nested' && out.isTTY === true ? showNested(out) : showBars(out);
}
