/**
 * Files of tests that have a process of their own: they count tensors and bytes of it, or put other functions into
 * modules, which would stay there for the files that come after.
 */
export const alone: readonly string[] = [
  'packages/ocelli/src/data/statistics.test.ts',
  'packages/ocelli/src/explain/explain.test.ts',
  'packages/ocelli/src/metrics/runningTotals.test.ts',
  'packages/ocelli/src/train/lrFinder/findLearningRate.test.ts',
  'packages/ocelli/src/train/loop/peakGrowth.test.ts',
  'packages/ocelli/test/catalogContract.test.ts',
  'packages/ocelli/test/trainingLeak.test.ts',
  'packages/torch/src/memory.test.ts',
  'packages/torch/src/optim/optimizer.test.ts',
  'packages/torch/test/leak.test.ts',
  'packages/torch/test/safetensorsFiles.test.ts',
  'packages/torch/test/safetensorsFuzz.test.ts',
  'packages/torch/test/worker.test.ts',
];
