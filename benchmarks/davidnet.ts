import { trainStepBenchmark } from './trainStep.ts';

export const davidnet = trainStepBenchmark('davidnet', {
  model: 'davidnet',
  size: 32,
  batchSize: 512,
  peer: ['davidnet.py'],
});
