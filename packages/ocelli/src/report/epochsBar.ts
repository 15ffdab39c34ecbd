import type { Scores } from '../metrics/scores.ts';
import { figure, percent, span } from './numbers.ts';
import { withBar } from './progressBar.ts';

/** What one picture of the bar of epochs shows. */
export interface EpochsState {
  /** Epochs made, broken where one is in work. */
  readonly done: number;
  readonly epochs: number;
  /** Seconds of the whole run so far. */
  readonly seconds: number;
  /** Of the last finished epoch, where there is one. */
  readonly validation?: Scores;
}

/**
 * The whole run as one line, in the manner of the bar of batches; its counter takes `counterWidth`
 * characters, so that the two bars begin in the same column.
 *
 * `  2/20 [==>...........................] - ETA: 6:09 21s/epoch - val loss: 1.1500 - val accuracy: 60.00`
 */
export function epochsLine(state: EpochsState, counterWidth: number, columns = Infinity): string {
  const { done, epochs, seconds, validation } = state;
  const perEpoch = done === 0 ? 0 : seconds / done;
  const timing = done >= epochs ? span(seconds) : `ETA: ${span((epochs - done) * perEpoch)}`;
  const [scores, short] = validation === undefined ? ['', ''] : validationTexts(validation);
  const pace = ` - ${timing} ${span(perEpoch)}/epoch`;
  const counter = `${Math.floor(done)}/${epochs}`.padStart(counterWidth);
  return withBar(
    { counter, share: done / epochs, texts: [pace + scores, pace + short, short] },
    columns,
  );
}

/** In full and in short. */
function validationTexts({ loss, accuracy }: Scores): readonly [string, string] {
  const [lossText, accuracyText] = [figure(loss), percent(accuracy)];
  return [
    ` - val loss: ${lossText} - val accuracy: ${accuracyText}`,
    ` - loss: ${lossText} - acc: ${accuracyText}`,
  ];
}
