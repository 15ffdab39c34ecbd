// Run by densenetMemory.ts: forwardMemory.ts MODEL SIZE BATCH_SIZE prints by how many bytes the process
// grows from before a forward pass to after it, when the graph is there for the backward pass.
import { randn } from '@ocelli/torch';
import { createModel } from 'ocelli';

const [name = '', size, batchSize] = process.argv.slice(2);
const model = createModel(name, { numClasses: 10 }).to({ memoryFormat: 'channelsLast' });
const shape = [Number(batchSize), 3, Number(size), Number(size)];
const images = randn(shape).to({ memoryFormat: 'channelsLast' });

const step = (): number => {
  const before = process.memoryUsage.rss();
  const loss = model.forward(images).sum();
  const grown = process.memoryUsage.rss() - before;
  loss.backward();
  loss.dispose();
  return grown;
};

step(); // gradients of the weights and scratch space are allocated once
globalThis.gc?.();
console.log(step());
