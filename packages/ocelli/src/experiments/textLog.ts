import { closeSync, openSync, writeSync } from 'node:fs';
import { consoleReporter } from '../report/consoleReporter.ts';
import type { TrainEventConsumer } from '../train/record/emitter.ts';
import type { TrainEvent } from '../train/record/events.ts';

/** What a run shows a person, as a text file: a line an epoch, warnings, and how it ended. */
export interface TextLog {
  /** Who listens to a run, or to a stage of one; of a run that goes on with what is on record. */
  readonly listener: (
    banner: readonly string[],
    history?: readonly TrainEvent[],
  ) => TrainEventConsumer;
  readonly line: (text: string) => void;
  readonly close: () => void;
}

/** Opens the text log of a run for appending: a run that goes on adds to it. */
export function openTextLog(path: string): TextLog {
  const file = openSync(path, 'a');
  const write = (text: string): void => void writeSync(file, text);
  const out = { write };
  const line = (text: string): void => write(`${text}\n`);
  line(new Date().toISOString());
  return {
    line,
    close: () => closeSync(file),
    listener(banner, history = []) {
      const shown = consoleReporter({ mode: 'line', banner, history, out, err: out });
      return async function textLog(event, emit) {
        await shown(event, emit);
        if (event.type === 'runEnded') {
          line(`${event.reason} after ${event.progress.seconds.toFixed(1)} s`);
        }
      };
    },
  };
}
