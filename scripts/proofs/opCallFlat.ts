import { liveTensorCount, ones, type Tensor } from '@ocelli/torch';
import type { Proof } from './proof.ts';

const calls = 1_000_000;
const allowedMB = 64;

export const opCallFlat: Proof = {
  name: 'op-call-flat',
  claim: `${calls.toLocaleString('en-US')} calls of add on 2x2 tensors, without a scope, take no more memory.`,
  run: () => {
    const matrix = ones([2, 2]);
    const addOften = (times: number): Tensor => {
      let sum = matrix;
      for (let call = 0; call < times; call++) sum = matrix.add(matrix);
      return sum;
    };
    // Until V8's young generation, which holds the garbage between two collections, has its full size.
    addOften(calls / 2);
    const before = process.memoryUsage.rss();
    const start = performance.now();
    const sum = addOften(calls);
    const microseconds = (1000 * (performance.now() - start)) / calls;
    const grownMB = (process.memoryUsage.rss() - before) / 1e6;
    const live = liveTensorCount();
    const figure =
      `memory changed by ${grownMB.toFixed(1)} MB (at most ${allowedMB}), ` +
      `${microseconds.toFixed(2)} µs a call, ${live} live tensors at the end`;
    // Two at the least are held here; fewer, or another sum, would be of calls that did nothing.
    const isAdded = live >= 2 && sum.sum().item() === 8;
    return { held: isAdded && grownMB <= allowedMB && live < calls / 2, figure };
  },
};
