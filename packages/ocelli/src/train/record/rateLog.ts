import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { csvLine } from '../../data/csvLine.ts';
import { writeDurably } from '../runFolder/durableFile.ts';
import type { TrainEventConsumer } from './emitter.ts';
import type { StepEnded } from './events.ts';

/**
 * A consumer that writes a line for every step: its learning rate, that of each parameter group where
 * there are several, and the momentum where a schedule moves it.
 *
 * Lines are written when the totals of a run are read, so that every checkpoint finds the steps before it
 * on disk. A run that goes on from an earlier step takes out what came after it.
 */
export function rateLog(path: string): TrainEventConsumer {
  let waiting = '';
  let hasHeader = false;
  return function rateLog(event) {
    if (event.type === 'runStarted') {
      const kept = existsSync(path) ? upTo(event.from.step, readFileSync(path, 'utf8')) : '';
      writeDurably(path, kept);
      hasHeader = kept !== '';
    }
    if (event.type === 'stepEnded') {
      if (!hasHeader) waiting += csvLine(columnsOf(event).map(([name]) => name));
      hasHeader = true;
      waiting += csvLine(columnsOf(event).map(([, value]) => value));
    }
    const isDue = event.type === 'stepEnded' ? event.totals !== undefined : true;
    if (!isDue || waiting === '') return;
    appendFileSync(path, waiting);
    waiting = '';
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

/** The header and the whole lines of the first steps. */
function upTo(step: number, text: string): string {
  const [header = '', ...lines] = text.split('\n').slice(0, -1); // what follows the last line end is torn
  const kept = lines.filter((line) => Number.parseInt(line, 10) <= step);
  return kept.length === 0 ? '' : `${[header, ...kept].join('\n')}\n`;
}
