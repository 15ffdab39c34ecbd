import { optionError } from '@ocelli/torch';
import type { Batch, TrainingData } from './trainingData.ts';

/**
 * Several streams of batches as one, a batch of each in turn, such as the pictures as they are beside
 * augmented ones. An epoch is as long as all of them together.
 *
 * @throws {OptionError} if there is none, or they do not have equally many and equally large batches.
 */
export function sideBySide(streams: readonly TrainingData[]): TrainingData {
  const [first] = streams;
  if (first === undefined) throw optionError('sideBySide', 'streams', 'at least one', streams);
  const { batchSize, stepsPerEpoch } = first;
  for (const other of streams) {
    if (other.batchSize === batchSize && other.stepsPerEpoch === stepsPerEpoch) continue;
    const rule = `of ${stepsPerEpoch} batches of ${batchSize}, as the first`;
    throw optionError('sideBySide', 'streams', rule, [other.stepsPerEpoch, other.batchSize]);
  }
  const count = streams.length;
  return {
    batchSize,
    stepsPerEpoch: count * stepsPerEpoch,
    sampleCount: streams.reduce((sum, { sampleCount }) => sum + sampleCount, 0),
    nameOf: (index) => first.nameOf(index),
    transformCounts: () =>
      Object.assign({}, ...streams.map((stream) => stream.transformCounts?.())) as ReturnType<
        NonNullable<TrainingData['transformCounts']>
      >,
    *batches(epoch, firstStep) {
      const open = streams.map((stream, place) => {
        const done = Math.ceil((firstStep - place) / count); // batches of this stream to leave out
        return stream.batches(epoch, Math.max(0, done))[Symbol.iterator]();
      });
      try {
        for (let step = firstStep; step < count * stepsPerEpoch; step++) {
          const next = open[step % count]?.next();
          if (next === undefined || next.done === true) return;
          yield next.value satisfies Batch;
        }
      } finally {
        for (const one of open) one.return?.();
      }
    },
  };
}
