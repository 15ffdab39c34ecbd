import { type AnyModule, noGrad, OptionCheck, type StateDict } from '@ocelli/torch';
import { isLoss, meanFigure, usualFigures } from '../../metrics/bestFigure.ts';
import type { TrainEventConsumer } from '../record/emitter.ts';
import type { EpochEnded, TrainEvent } from '../record/events.ts';
import { epochsOf } from '../record/history.ts';

/** When a run is stopped because it gets no better. */
export interface EarlyStoppingOptions {
  /** Figures of the validation whose mean is watched; less is better if they are losses. @default ['accuracy'] */
  monitor?: readonly string[];
  /** Epochs without improvement after which the run stops. @default 8 */
  patience?: number;
  /** What counts as an improvement: more than this. @default 0 */
  minDelta?: number;
  /** Gets the weights of its best epoch back when the run ends. @default it keeps the last ones */
  restoreBest?: AnyModule;
  /** Events of earlier sessions of a resumed run. @default [] */
  history?: readonly TrainEvent[];
}

/**
 * A consumer that asks a run to stop when its validation no longer improves.
 *
 * It judges by the record alone, so a resumed run stops where it would have stopped uninterrupted.
 *
 * @throws {OptionError} if an option is unknown or out of range.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): TrainEventConsumer {
  const check = new OptionCheck('earlyStopping');
  check.read(options, ['monitor', 'patience', 'minDelta', 'restoreBest', 'history']);
  const { monitor = usualFigures, minDelta = 0, restoreBest, history = [] } = options;
  const patience = check.integer('patience', options.patience ?? 8, 1);
  if (!(minDelta >= 0)) throw check.error('minDelta', 'a number of at least 0', minDelta);
  const events: TrainEvent[] = [...history];
  let kept: { readonly epoch: number; readonly weights: StateDict } | undefined;
  return async function earlyStopping(event, emit) {
    if (event.type === 'runEnded' && kept !== undefined && restoreBest) {
      restoreBest.loadStateDict(kept.weights);
      await emit({ type: 'weightsRestored', epoch: kept.epoch });
    }
    if (event.type !== 'epochEnded' && event.type !== 'runStarted') return;
    events.push(event);
    const { best, waited } = standing(epochsOf(events), { monitor, minDelta });
    if (waited === 0 && event.type === 'epochEnded' && restoreBest) {
      kept = { epoch: event.epoch, weights: copyOf(restoreBest, kept?.weights) };
    }
    if (best === undefined || waited < patience) return;
    const why = `${monitor.join(', ')} did not improve in ${waited} epochs after epoch ${best.epoch}`;
    await emit({ type: 'stopRequested', why });
  };
}

interface Rule {
  readonly monitor: readonly string[];
  readonly minDelta: number;
}

/** The last epoch that was an improvement, and how many have followed it. */
function standing(epochs: readonly EpochEnded[], { monitor, minDelta }: Rule) {
  const sign = isLoss(monitor) ? -1 : 1;
  let [best, waited]: [{ epoch: number; merit: number } | undefined, number] = [undefined, 0];
  for (const { epoch, validation } of epochs) {
    const value = validation === undefined ? null : meanFigure(validation, monitor);
    const merit = value === null ? -Infinity : sign * value;
    const isBetter = merit > (best?.merit ?? -Infinity) + (best === undefined ? 0 : minDelta);
    if (isBetter) best = { epoch, merit };
    waited = isBetter ? 0 : waited + 1;
  }
  return { best, waited };
}

function copyOf(model: AnyModule, before: StateDict | undefined): StateDict {
  for (const tensor of before?.values() ?? []) tensor.dispose();
  const state = model.stateDict();
  return noGrad(() => new Map([...state].map(([key, tensor]) => [key, tensor.clone().keep()])));
}
