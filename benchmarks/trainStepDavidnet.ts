import { trainStepBenchmark } from './trainStep.ts';

export const trainStepDavidnet = trainStepBenchmark('train-step-davidnet', {
  model: 'davidnet',
  size: 32,
  batchSize: 512,
  peer: ['davidnet.py'],
});
