import { Tensor } from '@ocelli/torch';
import type { Loss, StepOptimizer } from 'ocelli';

/** Adds up the time between `start` and `stop`. */
export class StepClock {
  seconds = 0;
  #startedAt = 0;

  start(): void {
    this.#startedAt = performance.now();
  }

  stop(): void {
    this.seconds += (performance.now() - this.#startedAt) / 1000;
  }
}

/**
 * Makes the clock run from `zeroGrad` to the loss and from `backward` to the end of the update: in
 * the step itself, and not while metrics are taken from its results in between.
 */
export function clockSteps(optimizer: StepOptimizer, loss: Loss, clock: StepClock): Loss {
  const { zeroGrad, step } = optimizer;
  optimizer.zeroGrad = () => {
    clock.start();
    zeroGrad.call(optimizer);
  };
  optimizer.step = () => {
    step.call(optimizer);
    clock.stop();
  };
  return {
    reduction: loss.reduction,
    compute: (logits, labels) => {
      const outcome = loss.compute(logits, labels);
      clock.stop();
      outcome.loss.backward = (options) => {
        clock.start();
        Tensor.prototype.backward.call(outcome.loss, options);
      };
      return outcome;
    },
  };
}
