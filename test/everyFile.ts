// Runs before each file of tests. Files share processes, and each is to begin as in one of its own, whatever
// was run before it; and alike in every run, for a process seeds itself by chance.
import { manualSeed, setNumThreads } from '@ocelli/torch';
import { afterAll, vi } from 'vitest';
import { removeTemporaryFolders } from '../packages/ocelli/test/temporaryFolder.ts';

manualSeed(0);
setNumThreads(1);
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  removeTemporaryFolders();
});
