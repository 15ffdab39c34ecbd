// Runs before each file of tests. Files share processes, and each is to begin as in one of its own, whatever
// was run before it.
import { setNumThreads, setRandomState } from '@ocelli/torch';
import { afterAll, vi } from 'vitest';
import { firstState } from './firstState.ts';

setRandomState(firstState);
setNumThreads(1);
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
