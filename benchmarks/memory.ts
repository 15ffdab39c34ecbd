// Whether training takes ever more memory: resident size at step 20 and at step 200.
import { fit } from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { davidnetTraining } from './training.ts';

const [firstReading, lastReading] = [20, 200];

export const memory: Benchmark = {
  name: 'memory',
  measures: `growth of resident memory from step ${firstReading} to step ${lastReading} of training`,
  run: measure,
};

async function measure({ batchSize = 32, quick, data, note }: BenchmarkOptions): Promise<Figure> {
  const last = quick ? 2 * firstReading : lastReading;
  const pictures = batchSize * last;
  const training = await davidnetTraining({
    batchSize,
    pictures,
    ...(data !== undefined && { data }),
  });
  const readings = new Map<number, number>();
  await fit({
    ...training,
    epochs: Math.ceil(last / training.data.stepsPerEpoch),
    consumers: [
      (event) => {
        if (event.type === 'stepEnded') readings.set(event.step, process.memoryUsage.rss() / 1e6);
      },
    ],
  });
  const [before = NaN, after = NaN] = [readings.get(firstReading), readings.get(last)];
  note(`${before.toFixed(0)} MB at step ${firstReading}, ${after.toFixed(0)} MB at step ${last}`);
  return { value: after - before, unit: 'MB', better: 'lower' };
}
