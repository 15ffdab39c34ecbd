import { trainStepBenchmark } from './trainStep.ts';

export const resnet18At32 = trainStepBenchmark('resnet18-32', {
  model: 'resnet18-cifar',
  size: 32,
  batchSize: 128,
  peer: ['networks.py', 'resnet18-cifar', '32'],
});

export const densenet121At100 = trainStepBenchmark('densenet121-100', {
  model: 'densenet121',
  size: 100,
  batchSize: 32,
  peer: ['networks.py', 'densenet121', '100'],
});
