import { closeSync, openSync, writeSync } from 'node:fs';
import { consoleReporter } from '../report/consoleReporter.ts';
import type { TrainEventConsumer } from '../train/emitter.ts';

/** What a run shows a person, as a text file: a line an epoch, warnings, and how it ended. */
export interface TextLog {
  readonly consume: TrainEventConsumer;
  readonly line: (text: string) => void;
  readonly close: () => void;
}

/** Opens the text log of a run for appending: a run that goes on adds to it. */
export function openTextLog(path: string, banner: readonly string[]): TextLog {
  const file = openSync(path, 'a');
  const write = (text: string): void => void writeSync(file, text);
  const out = { write };
  const shown = consoleReporter({ mode: 'line', banner, out, err: out });
  const line = (text: string): void => write(`${text}\n`);
  line(new Date().toISOString());
  return {
    line,
    close: () => closeSync(file),
    async consume(event, emit) {
      await shown(event, emit);
      if (event.type === 'runEnded') {
        line(`${event.reason} after ${event.progress.seconds.toFixed(1)} s`);
      }
    },
  };
}
