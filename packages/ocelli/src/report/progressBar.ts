import { figure, percent, perStep, span } from './numbers.ts';

/** What one picture of the bar shows. */
export interface BarState {
  readonly done: number;
  readonly total: number;
  /** Seconds spent on the steps made since this process began. */
  readonly seconds: number;
  /** Steps those seconds were spent on; fewer than `done` when a run goes on within an epoch. */
  readonly timedSteps: number;
  /** Mean loss so far. */
  readonly loss: number;
  /** Accuracy so far, from 0 to 1. */
  readonly accuracy: number;
}

const fullWidth = 30;
const leastWidth = 5;

/**
 * One line in the manner of Keras, not longer than `columns` characters: the bar gives way first, then
 * words and times do, so that no figure is cut.
 *
 * `391/391 [====] - 68s 174ms/step - train loss: 0.2365 - train accuracy: 91.85`
 */
export function barLine(state: BarState, columns = Infinity): string {
  const { done, total, seconds, timedSteps, loss, accuracy } = state;
  const secondsPerStep = timedSteps === 0 ? 0 : seconds / timedSteps;
  const isComplete = done >= total;
  const remaining = span((total - done) * secondsPerStep);
  const timing = isComplete
    ? `${Math.round(seconds)}s ${perStep(secondsPerStep)}`
    : `ETA: ${remaining} ${perStep(secondsPerStep)}`;
  const counter = `${String(done).padStart(String(total).length)}/${total}`;
  const [lossText, accuracyText] = [figure(loss), percent(accuracy)];
  const short = ` - loss: ${lossText} - acc: ${accuracyText}`;
  const texts = [
    ` - ${timing} - train loss: ${lossText} - train accuracy: ${accuracyText}`,
    ` - ${timing}${short}`,
    short,
  ];
  return withBar({ counter, share: done / total, texts }, columns);
}

/** A line with a bar in it: what stands before, how full it is (from 0 to 1), what stands behind. */
interface LineParts {
  readonly counter: string;
  readonly share: number;
  /** The longest that fits beside the least bar is written; the last one where none does. */
  readonly texts: readonly string[];
}

/** Puts a line together in at most `columns` characters. */
export function withBar({ counter, share, texts }: LineParts, columns: number): string {
  const spaceBeside = (text: string): number =>
    columns - counter.length - text.length - ' []'.length;
  const text = texts.find((one) => spaceBeside(one) >= leastWidth) ?? texts.at(-1) ?? '';
  const space = spaceBeside(text);
  const width = Math.max(leastWidth, Math.min(fullWidth, space));
  return `${counter} [${bar(share, width)}]${text}`.slice(0, columns);
}

function bar(share: number, width: number): string {
  const filled = Math.min(width, Math.floor(share * width));
  if (filled === width) return '='.repeat(width);
  return `${'='.repeat(Math.max(0, filled - 1))}>`.padEnd(width, '.');
}
