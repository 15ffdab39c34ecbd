import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { csvLine } from '../../data/csvLine.ts';
import { writeDurably } from '../runFolder/durableFile.ts';
import type { TrainEventConsumer } from './emitter.ts';
import type { StepEnded } from './events.ts';

/**
 * A consumer that writes a line for every step: its learning rate, that of each parameter group where
 * there are several, and the momentum where a schedule moves it.
 *
 * Lines are written when the totals of a run are read, so that every checkpoint finds the steps before it
 * on disk. A run that goes on from an earlier step takes out what came after it. Where a later stage has
 * columns of its own, earlier lines are empty there.
 */
export function rateLog(path: string): TrainEventConsumer {
  let waiting = '';
  let columns: readonly string[] = [];
  const flush = (): void => {
    if (waiting !== '') appendFileSync(path, waiting);
    waiting = '';
  };
  return function rateLog(event) {
    if (event.type === 'runStarted') {
      const kept = existsSync(path) ? upTo(event.from.step, readFileSync(path, 'utf8')) : '';
      writeDurably(path, kept);
      columns = headerOf(kept);
    }
    if (event.type === 'stepEnded') {
      const rates = new Map(columnsOf(event));
      const added = [...rates.keys()].filter((name) => !columns.includes(name));
      if (added.length > 0) {
        flush();
        columns = [...columns, ...added];
        widen(path, columns, added.length);
      }
      waiting += csvLine(columns.map((name) => rates.get(name) ?? ''));
    }
    if (event.type !== 'stepEnded' || event.totals !== undefined) flush();
  };
}

function columnsOf({ step, epoch, lr, lrs = {}, momentum }: StepEnded): [string, number][] {
  return [
    ['step', step],
    ['epoch', epoch],
    ['lr', lr],
    ...Object.entries(lrs).map(([name, value]): [string, number] => [`lr.${name}`, value]),
    ...(momentum === undefined ? [] : [['momentum', momentum] as [string, number]]),
  ];
}

function headerOf(text: string): string[] {
  const [header = []] = parse(text, { toLine: 1 }) as string[][]; // a cell is text, without options
  return header;
}

/** Gives a file a new header, which has so many columns more: other stages may learn in other groups. */
function widen(path: string, columns: readonly string[], added: number): void {
  const [, ...lines] = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const wider = lines.map((line) => `${line}${','.repeat(added)}\n`);
  writeDurably(path, csvLine(columns) + wider.join(''));
}

/** The header and the whole lines of the first steps. */
function upTo(step: number, text: string): string {
  const [header = '', ...lines] = text.split('\n').slice(0, -1); // what follows the last line end is torn
  const kept = lines.filter((line) => Number.parseInt(line, 10) <= step);
  return kept.length === 0 ? '' : `${[header, ...kept].join('\n')}\n`;
}
