import { existsSync } from 'node:fs';
import type { PrecisionStep } from '../../metrics/confidence.ts';
import { readEventLog } from '../record/eventLog.ts';
import type { RunFolder } from '../runFolder/runFolder.ts';

/** How to read the probabilities of one head, as measured on the validation part. */
export interface HeadCalibration {
  /** What the logits are divided by. */
  readonly temperature: number;
  /** How sure an answer has to be for a precision. */
  readonly precisionSteps: readonly PrecisionStep[];
}

/** By attribute; `''` where a picture has one label alone. */
export type Calibration = ReadonlyMap<string, HeadCalibration>;

/** Without what was measured about precision, which holds for the views it was measured with alone. */
export function temperaturesAlone(calibration: Calibration): Calibration {
  const heads = [...calibration].map(
    ([name, { temperature }]) => [name, { temperature, precisionSteps: [] }] as const,
  );
  return new Map(heads);
}

/** What the record of a run says about the weights of an epoch; nothing where it was not validated. */
export function readCalibration(folder: RunFolder, epoch: number): Calibration {
  const events = existsSync(folder.events) ? readEventLog(folder.events) : [];
  const found = events.findLast(
    (event) => event.type === 'evaluationEnded' && event.epoch === epoch,
  );
  if (found?.type !== 'evaluationEnded') return new Map();
  const heads = (found.reports ?? []).flatMap((report) => {
    const { attribute = '', temperature, precisionSteps } = report;
    // Records of an earlier version have none.
    if (typeof temperature !== 'number') return [];
    return [[attribute, { temperature, precisionSteps }] as const];
  });
  return new Map(heads);
}
