import type { BestSaved, LearningRateReduced, TrainEvent } from '../train/record/events.ts';
import { figure } from './numbers.ts';

/** What a run did by itself, in one line for the person who watches; nothing for other events. */
export function noteOf(event: TrainEvent): string | undefined {
  if (event.type === 'bestSaved') return savedNote(event);
  if (event.type === 'learningRateReduced') return reducedNote(event);
  if (event.type === 'stopRequested') return `stopping: ${event.why}`;
  if (event.type === 'weightsRestored') return `restored: the weights of epoch ${event.epoch}`;
  return undefined;
}

/** `saved: best weights so far, val accuracy 0.9010 → 0.9100` */
function savedNote({ figures, before, now }: BestSaved): string {
  const name = figures.length === 1 ? `val ${figures[0]}` : `mean of val ${figures.join(', ')}`;
  const values = before === null ? figure(now) : `${figure(before)} → ${figure(now)}`;
  return `saved: best weights so far, ${name} ${values}`;
}

/** `reduced: learning rate 0.1 → 0.01, since val loss 0.5213 did not get better than 0.5200` */
function reducedNote({ from, to, monitor, value, best }: LearningRateReduced): string {
  const seen = value === null ? '' : ` ${figure(value)}`;
  const than = best === null ? '' : ` than ${figure(best)}`;
  const [before, after] = [from, to].map((lr) => String(Number(lr.toPrecision(4))));
  return `reduced: learning rate ${before} → ${after}, since val ${monitor}${seen} did not get better${than}`;
}
