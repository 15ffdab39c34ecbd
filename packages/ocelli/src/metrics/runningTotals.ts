import { type Device, noGrad, scope, stack, tensor, type Tensor } from '@ocelli/torch';
import type { BatchOutcome, HeadOutcome } from './batchOutcome.ts';
import { type AttributeTotals, noTotals, type Totals } from './scores.ts';

/**
 * Sums loss and right answers over batches where the tensors lie. Adding never waits for the device;
 * reading does.
 */
export class RunningTotals {
  /** Of the pictures: sum of losses, right answers. */
  readonly #overall: Tensor;
  /** Of each attribute: sum of losses, right answers, labels. Made when the first batch names them. */
  #perAttribute: Tensor | undefined;
  #names: readonly string[] = [];
  #count: number;
  readonly #start: Totals;
  readonly #device: Device;

  /** @param start totals to go on from, for a run that goes on within an epoch. */
  constructor(device: Device, start: Totals = noTotals) {
    // float64, so that the sum over a large epoch keeps the small losses of its end.
    const sums = [start.lossSum, start.correct];
    this.#overall = scope(() => tensor(sums, { dtype: 'float64', device }));
    this.#count = start.count;
    this.#start = start;
    this.#device = device;
  }

  add(outcome: BatchOutcome): void {
    const count = outcome.heads[0]?.labels.numel ?? 0;
    noGrad(() =>
      scope(() => {
        const answers = answersOf(outcome.heads);
        const losses = [outcome.loss.detach().to({ dtype: 'float64' }).mul(scale(outcome, count))];
        this.#overall.add_(stack([...losses, allRight(answers)]));
        this.#addAttributes(outcome, answers);
      }),
    );
    this.#count += count;
  }

  /** The totals so far. Waits until the device has computed them. */
  read(): Totals {
    const [lossSum = NaN, correct = NaN] = numbersIn(this.#overall);
    const overall = { lossSum, correct, count: this.#count };
    const attributes = this.#readAttributes();
    return attributes === undefined ? overall : { ...overall, attributes };
  }

  dispose(): void {
    this.#overall.dispose();
    this.#perAttribute?.dispose();
  }

  #readAttributes(): Totals['attributes'] {
    if (this.#perAttribute === undefined) return this.#start.attributes;
    const sums = numbersIn(this.#perAttribute);
    const entries = this.#names.map((name, index) => {
      const [lossSum = NaN, correct = NaN, labelled = NaN] = sums.slice(3 * index);
      return [name, { lossSum, correct, labelled }] as const;
    });
    return Object.fromEntries(entries);
  }

  #addAttributes({ heads, reduction }: BatchOutcome, { right, labelled }: Answers): void {
    const names = heads.flatMap(({ attribute }) => attribute ?? []);
    if (names.length === 0) return;
    const labels = labelled.sum([1]);
    const losses = stack(heads.map(({ loss }) => loss.detach())).to({ dtype: 'float64' });
    const lossSums = reduction === 'mean' ? losses.mul(labels) : losses;
    this.#perAttribute ??= this.#startOf(names);
    this.#perAttribute.add_(stack([lossSums, right.sum([1]), labels], 1));
  }

  #startOf(names: readonly string[]): Tensor {
    this.#names = names;
    const rows = names.map((name) => {
      const { lossSum, correct, labelled } = this.#start.attributes?.[name] ?? nothing;
      return [lossSum, correct, labelled];
    });
    return tensor(rows, { dtype: 'float64', device: this.#device }).keep();
  }
}

const nothing: AttributeTotals = { lossSum: 0, correct: 0, labelled: 0 };

function numbersIn(sums: Tensor): number[] {
  return Array.from(
    scope(() => sums.toTypedArray()),
    Number,
  );
}

/** What turns the loss of a batch into the sum over its pictures. */
function scale({ reduction }: BatchOutcome, count: number): number {
  return reduction === 'mean' ? count : 1;
}

/** For each head and picture, `(A, N)`. */
interface Answers {
  readonly right: Tensor;
  readonly labelled: Tensor;
}

function answersOf(heads: readonly HeadOutcome[]): Answers {
  const right = stack(heads.map(({ logits, labels }) => logits.argmax(1).eq(labels)));
  const labelled = stack(heads.map(({ labels }) => labels.ge(0)));
  return { right, labelled };
}

/** How many pictures have a label and are right in all that they have. */
function allRight({ right, labelled }: Answers): Tensor {
  const [rights, labels] = [right.sum([0]), labelled.sum([0])];
  return rights.eq(labels).logicalAnd(labels.gt(0)).sum().to({ dtype: 'float64' });
}
