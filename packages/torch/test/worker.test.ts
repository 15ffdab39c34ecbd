import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { expect, test } from 'vitest';

import { liveTensorCount, ones } from '../src/index.ts';

const addon = new URL('../build/ocelli_torch.node', import.meta.url).pathname;

const source = `
  const { parentPort } = require('node:worker_threads');
  const native = require(${JSON.stringify(addon)});
  const ones = native.findOperator('aten::ones', '').id;
  const sum = native.findOperator('aten::sum', '').id;
  const item = native.findOperator('aten::item', '').id;
  const totalOf = (tensor) => native.call(item, native.call(sum, tensor));
  const live = [native.liveTensorCount()];
  const held = [1, 2, 3].map((size) => native.call(ones, [size, 10]));
  live.push(native.liveTensorCount());
  let total = 0;
  for (let i = 0; i < 2000; i++) total += totalOf(native.call(ones, [10, 10]));
  parentPort.postMessage({ total, live, held: held.map(totalOf) });
`;

interface Answer {
  /** Of 2000 sums of 100 ones. */
  readonly total: number;
  /** Live tensors before the first one was made, and with three. */
  readonly live: readonly number[];
  /** Sums of those three. */
  readonly held: readonly number[];
}

/** What a worker answers, and the code with which its thread ended. */
async function run(): Promise<[Answer, number]> {
  const worker = new Worker(source, { eval: true });
  const [[answer], [code]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  return [answer as Answer, code as number];
}

const right: [Answer, number] = [{ total: 200_000, live: [0, 3], held: [10, 20, 30] }, 0];

test('the addon loads in worker threads beside the main one, each with its own count', async () => {
  const here = [ones([2]), ones([3])];
  const before = liveTensorCount();
  expect(await Promise.all([run(), run(), run()])).toEqual([right, right, right]);
  expect(liveTensorCount()).toBe(before);
  expect(here.map((tensor) => tensor.sum().item())).toEqual([2, 3]);
});

test('workers come and go', async () => {
  for (let index = 0; index < 4; index++) expect(await run()).toEqual(right);
});
