// Which part of an epoch is not the step itself: data order, augmentation, metrics, progress, record.
import { join } from 'node:path';
import { consoleReporter, fit, openEventLog, type TrainEventConsumer } from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { clockSteps, StepClock } from './stepClock.ts';
import { inTemporaryFolder } from './temporaryFolder.ts';
import { davidnetTraining, type Training } from './training.ts';

export const inputShare: Benchmark = {
  name: 'input-share',
  measures: 'share of an epoch outside forward, backward and update',
  run: measure,
};

async function measure({ batchSize = 512, quick, data, note }: BenchmarkOptions): Promise<Figure> {
  const pictures = batchSize * (quick ? 3 : 12);
  const source = data !== undefined && { data };
  const training = await davidnetTraining({ batchSize, pictures, ...source });
  const { epoch, step } = await inTemporaryFolder((folder) => lastEpoch(training, folder));
  const outside = epoch - step;
  note(`${((1000 * outside) / training.data.stepsPerEpoch).toFixed(1)} ms outside each step`);
  return { value: (100 * outside) / epoch, unit: '% of an epoch', better: 'lower' };
}

/** Seconds of the second epoch, and of the steps in it; the first one warms up. */
async function lastEpoch(training: Training, folder: string) {
  const clock = new StepClock();
  const loss = clockSteps(training.optimizer, training.loss, clock);
  const log = openEventLog(join(folder, 'events.jsonl'));
  let [start, before] = [0, 0];
  const noteStart: TrainEventConsumer = ({ type }) => {
    if (type === 'epochStarted') [start, before] = [performance.now(), clock.seconds];
  };
  const report = consoleReporter({ out: process.stderr });
  try {
    await fit({ ...training, loss, epochs: 2, consumers: [noteStart, log.consume, report] });
    return { epoch: (performance.now() - start) / 1000, step: clock.seconds - before };
  } finally {
    log.close();
  }
}
