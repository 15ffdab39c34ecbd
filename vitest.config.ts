import { defineConfig } from 'vitest/config';

/** They count tensors and bytes of their process, in which nobody else may work. */
const alone = [
  'packages/ocelli/src/data/statistics.test.ts',
  'packages/ocelli/src/explain/explain.test.ts',
  'packages/ocelli/src/metrics/runningTotals.test.ts',
  'packages/ocelli/src/train/lrFinder/findLearningRate.test.ts',
  'packages/ocelli/src/train/loop/peakGrowth.test.ts',
  'packages/ocelli/test/trainingLeak.test.ts',
  'packages/torch/src/memory.test.ts',
  'packages/torch/src/optim/optimizer.test.ts',
  'packages/torch/test/leak.test.ts',
  'packages/torch/test/safetensorsFiles.test.ts',
  'packages/torch/test/safetensorsFuzz.test.ts',
  'packages/torch/test/worker.test.ts',
];

// Tests read the packages' sources, not their builds, so a change is tested without a build.
export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  resolve: { conditions: ['source'] },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: ['test/everyFile.ts'],
    // Work so small is slower on several threads, and workers share the cores already.
    env: { OMP_NUM_THREADS: '1' },
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        // Loading libtorch and the sources takes longer than most files of tests do.
        test: {
          name: 'together',
          include: ['packages/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: alone,
          isolate: false,
        },
      },
    ],
  },
});
