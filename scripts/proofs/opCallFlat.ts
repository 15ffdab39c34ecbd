import { liveTensorCount, ones } from '@ocelli/torch';
import type { Proof } from './proof.ts';

const calls = 1_000_000;
const allowedMB = 64;

export const opCallFlat: Proof = {
  name: 'op-call-flat',
  claim: `${calls.toLocaleString('en-US')} calls of add on 2x2 tensors, without a scope, take no more memory.`,
  run: () => {
    const matrix = ones([2, 2]);
    const addOften = (times: number): void => {
      for (let call = 0; call < times; call++) matrix.add(matrix);
    };
    // Until V8's young generation, which holds the garbage between two collections, has its full size.
    addOften(calls / 2);
    const before = process.memoryUsage.rss();
    const start = performance.now();
    addOften(calls);
    const microseconds = (1000 * (performance.now() - start)) / calls;
    const grownMB = (process.memoryUsage.rss() - before) / 1e6;
    const figure =
      `memory changed by ${grownMB.toFixed(1)} MB (at most ${allowedMB}), ` +
      `${microseconds.toFixed(2)} µs a call, ${liveTensorCount()} live tensors at the end`;
    return { held: grownMB <= allowedMB && liveTensorCount() < calls / 2, figure };
  },
};
