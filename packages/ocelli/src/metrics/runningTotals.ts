import { type Device, noGrad, scope, tensor, type Tensor } from '@ocelli/torch';
import { noTotals, type Totals } from './scores.ts';

/** What one batch adds to the totals. */
export interface BatchOutcome {
  /** Raw scores, `(N, K)`. */
  readonly logits: Tensor;
  /** int64 class indices, `(N)`. */
  readonly labels: Tensor;
  /** Sum of the losses of the batch's samples, one element. */
  readonly lossSum: Tensor;
}

/**
 * Sums loss and right answers over batches where the tensors lie. Adding never waits for the device;
 * reading does.
 */
export class RunningTotals {
  readonly #lossSum: Tensor;
  readonly #correct: Tensor;
  #count: number;

  /** @param start totals to go on from, for a run that goes on within an epoch. */
  constructor(device: Device, start: Totals = noTotals) {
    // float64, so that the sum over a large epoch keeps the small losses of its end.
    this.#lossSum = scope(() => tensor(start.lossSum, { dtype: 'float64', device }));
    this.#correct = scope(() => tensor(start.correct, { dtype: 'int64', device }));
    this.#count = start.count;
  }

  add({ logits, labels, lossSum }: BatchOutcome): void {
    noGrad(() =>
      scope(() => {
        this.#lossSum.add_(lossSum.detach());
        this.#correct.add_(logits.argmax(1).eq(labels).sum());
      }),
    );
    this.#count += labels.numel;
  }

  /** The totals so far. Waits until the device has computed them. */
  read(): Totals {
    const [lossSum, correct] = [this.#lossSum.item(), this.#correct.item()];
    return { lossSum: Number(lossSum), correct: Number(correct), count: this.#count };
  }

  dispose(): void {
    this.#lossSum.dispose();
    this.#correct.dispose();
  }
}
