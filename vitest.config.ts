import { defineConfig } from 'vitest/config';
import { alone } from './test/alone.ts';

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
      { extends: true, test: { name: 'alone', include: [...alone] } },
      {
        extends: true,
        // Loading libtorch and the sources takes longer than most files of tests do.
        test: {
          name: 'together',
          include: ['packages/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...alone],
          isolate: false,
        },
      },
    ],
  },
});
