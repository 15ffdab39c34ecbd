import type { EpochEnded, Progress, RunStarted } from '../src/train/record/events.ts';

/** Where a scripted run of 10 steps an epoch stands after `epochs` whole epochs. */
export function progressAfter(epochs: number, seconds = epochs * 20.5): Progress {
  const totals = { lossSum: 0, correct: 0, count: 0 };
  return { epoch: epochs + 1, stepInEpoch: 0, step: epochs * 10, seconds, totals };
}

/** The end of an epoch over 1,000 training and 200 validation pictures. */
export function epochEnded(epoch: number, rightAnswers: number, validationLoss = 1): EpochEnded {
  return {
    type: 'epochEnded',
    epoch,
    epochs: 20,
    lr: 0.08 * epoch,
    train: { loss: 1.25, correct: 500, count: 1000, accuracy: 0.5 },
    validation: scores(rightAnswers, validationLoss),
    progress: progressAfter(epoch),
  };
}

function scores(correct: number, loss: number): NonNullable<EpochEnded['validation']> {
  return { loss, correct, count: 200, accuracy: correct / 200 };
}

/** A start, or a new start from where `epochs` whole epochs were done. */
export function runStarted(epochs = 0): RunStarted {
  return {
    type: 'runStarted',
    epochs: 20,
    stepsPerEpoch: 10,
    trainCount: 1000,
    parameters: { total: 6_577_600, trainable: 6_573_120 },
    from: progressAfter(epochs),
  };
}
