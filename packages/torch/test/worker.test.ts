import { Worker } from 'node:worker_threads';

import { expect, test } from 'vitest';

import { ones } from '../src/index.ts';

const addon = new URL('../build/ocelli_torch.node', import.meta.url).pathname;

const source = `
  const { parentPort } = require('node:worker_threads');
  const native = require(${JSON.stringify(addon)});
  const ones = native.findOperator('aten::ones', '').id;
  const sum = native.findOperator('aten::sum', '').id;
  const item = native.findOperator('aten::item', '').id;
  let total = 0;
  for (let i = 0; i < 2000; i++) total += native.call(item, native.call(sum, native.call(ones, [10, 10])));
  parentPort.postMessage({ total, live: native.liveTensorCount() });
`;

function run(): Promise<{ total: number; live: number }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(source, { eval: true });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('the addon loads in worker threads beside the main one, each with its own count', async () => {
  const here = ones([2]);
  const results = await Promise.all([run(), run(), run()]);
  expect(results.map(({ total }) => total)).toEqual([200_000, 200_000, 200_000]);
  expect(results.every(({ live }) => live > 0)).toBe(true);
  expect(here.sum().item()).toBe(2);
});

test('workers come and go', async () => {
  for (let index = 0; index < 4; index++) expect((await run()).total).toBe(200_000);
});
