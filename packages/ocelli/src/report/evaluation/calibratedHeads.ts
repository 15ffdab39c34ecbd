import type { Predictions } from '../../metrics/predictions.ts';
import { predictionsAt } from '../../metrics/temperature.ts';
import type { Calibration } from '../../train/predict/calibration.ts';
import type { Head } from '../heads.ts';

/** What heads say, with the probabilities of `ocelli predict`: each at its temperature, where one is on record. */
export function calibratedHeads(
  heads: readonly (Head & Predictions)[],
  calibration: Calibration,
): (Head & Predictions)[] {
  return heads.map((head) => {
    // Where a picture has one label alone, its head has a name on pages and none on record.
    const measured = calibration.get(head.name) ?? calibration.get('');
    return { ...head, ...predictionsAt(head, measured?.temperature ?? 1) };
  });
}
