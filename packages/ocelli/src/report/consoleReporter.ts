import type { TrainEventConsumer } from '../train/emitter.ts';
import { scoresOf } from '../metrics/scores.ts';
import type {
  EpochEnded,
  EpochStarted,
  RunStarted,
  StepEnded,
  TrainEvent,
} from '../train/events.ts';
import { bestEpoch } from '../train/history.ts';
import { bestEpochLine, epochLine, evaluationLine } from './lines.ts';
import { grouped, span } from './numbers.ts';
import { barLine } from './progressBar.ts';

/** How much a run shows while it works. */
export const progressModes = ['bar', 'line', 'silent'] as const;
export type ProgressMode = (typeof progressModes)[number];

/** The part of a terminal or file the reporter needs; `process.stdout` is one. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ConsoleReporterOptions {
  /** `bar`: a moving bar an epoch. `line`: one line an epoch. `silent`: warnings alone. @default 'bar' */
  mode?: ProgressMode;
  /** Lines shown above the run, the first one framed. @default ['training'] */
  banner?: readonly string[];
  /** @default process.stdout */
  out?: Output;
  /** Where warnings go, in every mode. @default process.stderr */
  err?: Output;
}

/** Where the output is no terminal, a long epoch gives a sign of life this often. */
const plainSecondsBetweenLines = 10;

/**
 * Shows a run to the person who waits for it. Where the output is no terminal, nothing is ever drawn
 * over: the bar becomes plain lines.
 */
export function consoleReporter(options: ConsoleReporterOptions = {}): TrainEventConsumer {
  const {
    mode = 'bar',
    banner = ['training'],
    out = process.stdout,
    err = process.stderr,
  } = options;
  const shown = showing(mode, out);
  const events: TrainEvent[] = [];
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
    shown.show(event);
    if (event.type !== 'runEnded') return;
    const best = bestEpoch(events);
    if (best !== undefined) out.write(`${bestEpochLine(best)}\n`);
  };
}

function framed([title, ...rest]: readonly string[]): string[] {
  return [`======== ${title} ========`, ...rest];
}

function parameterLine({ parameters, from }: RunStarted): string {
  const { total, trainable } = parameters;
  const counts = `parameters: ${grouped(total)}, ${grouped(trainable)} of them learned`;
  return from.step === 0 ? counts : `${counts}; going on after step ${grouped(from.step)}`;
}

/** One way of showing events; `endLine` leaves a line that is being drawn over. */
interface Showing {
  show(event: TrainEvent): void;
  endLine(): void;
}

function showing(mode: ProgressMode, out: Output): Showing {
  if (mode === 'silent') return { show: () => {}, endLine: () => {} };
  return mode === 'line' ? showLines(out) : showBars(out);
}

function showLines(out: Output): Showing {
  let lastEvaluation = '';
  return {
    endLine() {},
    show(event) {
      if (event.type === 'epochEnded') out.write(`${epochLine(event)}\n`);
      if (event.type === 'evaluationEnded') lastEvaluation = `${evaluationLine(event)}\n`;
      if (event.type === 'runEnded') out.write(lastEvaluation);
    },
  };
}

function showBars(out: Output): Showing {
  const pen = out.isTTY === true ? drawOver(out) : drawLines(out);
  let epoch: EpochStarted | undefined;
  let lastEpoch: EpochEnded | undefined;
  return {
    endLine: () => pen.endLine(),
    show(event) {
      if (event.type === 'epochStarted') {
        epoch = event;
        pen.line(epochHeader(event, lastEpoch));
      } else if (event.type === 'stepEnded' && epoch !== undefined) {
        const line = stepLine(event, epoch, out);
        if (line !== undefined) pen.progress(line, event);
      } else if (event.type === 'evaluationStepEnded') {
        const { split, done, total } = event;
        if (done < total) pen.passing(`evaluating: ${done}/${total} of the ${split} set`);
      } else if (event.type === 'evaluationEnded') pen.line(evaluationLine(event));
      else if (event.type === 'epochEnded') lastEpoch = event;
      else if (event.type === 'runStopping') pen.endLine();
    },
  };
}

function epochHeader({ epoch, epochs }: EpochStarted, last: EpochEnded | undefined): string {
  const counter = `Epoch: ${epoch} / ${epochs}`;
  if (last === undefined) return counter;
  const secondsPerEpoch = last.progress.seconds / last.epoch;
  return `${counter} (about ${span(secondsPerEpoch * (epochs - epoch + 1))} to go)`;
}

function stepLine(event: StepEnded, epoch: EpochStarted, out: Output): string | undefined {
  if (event.totals === undefined) return undefined;
  const { loss, accuracy } = scoresOf(event.totals);
  const state = {
    done: event.stepInEpoch,
    total: event.stepsPerEpoch,
    seconds: event.seconds - epoch.seconds,
    timedSteps: event.stepInEpoch - epoch.stepInEpoch,
    loss,
    accuracy,
  };
  // The last column stays free: many terminals wrap when it is written to.
  return barLine(state, out.columns === undefined ? Infinity : out.columns - 1);
}

/** Writes lines; `progress` lines may replace one another, `passing` ones leave no trace. */
interface Pen {
  line(text: string): void;
  progress(text: string, event: StepEnded): void;
  passing(text: string): void;
  endLine(): void;
}

function drawOver(out: Output): Pen {
  let drawn = 0; // length of the line the cursor stands in
  let isPassing = false;
  function draw(text: string, passing: boolean): void {
    out.write(`\r${text.padEnd(drawn)}`);
    [drawn, isPassing] = [text.length, passing];
  }
  function endLine(): void {
    if (drawn > 0) out.write(isPassing ? `\r${' '.repeat(drawn)}\r` : '\n');
    [drawn, isPassing] = [0, false];
  }
  return {
    endLine,
    line(text) {
      endLine();
      out.write(`${text}\n`);
    },
    progress(text, event) {
      draw(text, false);
      if (event.stepInEpoch >= event.stepsPerEpoch) endLine();
    },
    passing: (text) => draw(text, true),
  };
}

function drawLines(out: Output): Pen {
  let lastAt = 0;
  return {
    endLine() {},
    passing() {},
    line: (text) => void out.write(`${text}\n`),
    progress(text, event) {
      const isLast = event.stepInEpoch >= event.stepsPerEpoch;
      if (!isLast && event.seconds - lastAt < plainSecondsBetweenLines) return;
      lastAt = event.seconds;
      out.write(`${text}\n`);
    },
  };
}
