import type { StepEnded } from '../train/record/events.ts';
import type { Output } from './output.ts';

/** Writes lines; `progress` lines may replace one another, `passing` ones leave no trace. */
export interface Pen {
  line(text: string): void;
  progress(text: string, event: StepEnded): void;
  passing(text: string): void;
  endLine(): void;
}

/** For a terminal: the line the cursor stands in is drawn over. */
export function drawOver(out: Output): Pen {
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

/** Where the output is no terminal, a long epoch gives a sign of life this often. */
const plainSecondsBetweenLines = 10;

/** For a file or a pipe: whole lines, seldom. */
export function drawLines(out: Output): Pen {
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
