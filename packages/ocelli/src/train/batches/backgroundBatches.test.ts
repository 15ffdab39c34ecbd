import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { temporaryFolder, writeTree } from '../../../test/dataTree.ts';
import { horizontalFlip } from '../../augment/horizontalFlip.ts';
import { withLabelEffect } from '../../augment/labelEffect.ts';
import { normalize } from '../../augment/normalize.ts';
import { permutation } from '../../data/randomOrder.ts';
import {
  type BackgroundData,
  backgroundBatches,
  type BackgroundOptions,
} from './backgroundBatches.ts';

const folder = temporaryFolder();
writeTree(folder, {
  // Picture i has i everywhere; what was loaded is counted where the test can see it.
  'plain.mjs': `
    let counts, own;
    export function start(worker, shared) { counts = shared; own = worker; }
    export async function load(index, epoch) {
      if (counts) {
        Atomics.add(counts, 0, 1);
        Atomics.or(counts, 1, 1 << own);
        Atomics.notify(counts, 0);
      }
      return { pixels: new Uint8Array(12).fill(index + 100 * (epoch - 1)), label: index % 3 };
    }`,
  'broken.mjs': `export function load(index) {
    if (index === 3) throw new Error('no picture 3 today.');
    return { pixels: new Uint8Array(12), label: [index % 2, -1] };
  }`,
  'short.mjs': 'export const load = () => ({ pixels: new Uint8Array(11), label: 0 });',
  'slow.mjs': 'export const load = () => new Promise(() => {});',
  'ended.mjs': 'export const load = () => process.exit(1);',
  'given.mjs': `let label;
    export function start(worker, given) { label = given; }
    export const load = () => ({ pixels: new Uint8Array(12), label });`,
});

const oddAndOther = { attributes: { odd: ['no', 'yes'], other: ['x', 'y'] } };

let opened: BackgroundData[] = [];
afterEach(async () => {
  await Promise.all(opened.map((data) => data.close()));
  opened = [];
});

function open(module: string, changes: Partial<BackgroundOptions> = {}): BackgroundData {
  const data = backgroundBatches({
    module: pathToFileURL(join(folder, `${module}.mjs`)),
    ...{ length: 10, height: 2, width: 2, batchSize: 4, seed: 5 },
    labelNames: { classes: ['a', 'b', 'c'] },
    transforms: [normalize({ mean: [1, 1, 1], std: [2, 2, 2] })],
    ...changes,
  });
  opened.push(data);
  return data;
}

test('all pictures of an epoch come once, in its order, with their labels and transformed', () => {
  const data = open('plain');
  expect([data.stepsPerEpoch, data.sampleCount, data.batchSize]).toEqual([3, 10, 4]);
  for (const epoch of [1, 2]) {
    const order = [...permutation(5, epoch - 1, 10)];
    const batches = [...data.batches(epoch, 0)];
    expect(batches.flatMap(({ indices }) => Array.from(indices))).toEqual(order);
    expect(batches.flatMap(({ labels }) => labels.toArray())).toEqual(order.map((i) => i % 3));
    const seen = batches.flatMap(({ images }) => images.amax([1, 2, 3]).toArray());
    expect(seen).toEqual(order.map((i) => (i + 100 * (epoch - 1) - 1) / 2));
  }
});

test('batches left out, or a last one dropped, change nothing about the others', () => {
  const seen = (changes: Partial<BackgroundOptions>, firstStep: number): unknown[] =>
    [...open('plain', changes).batches(2, firstStep)].map(({ images }) => images.toArray());
  const all = seen({}, 0);
  expect(seen({}, 2)).toEqual(all.slice(2));
  expect(seen({ dropLast: true, workers: 1, prefetch: 0 }, 0)).toEqual(all.slice(0, 2));
});

test('an epoch that was left early disturbs no later one', () => {
  const data = open('plain');
  for (const { indices } of data.batches(1, 0)) if (indices.length > 0) break;
  const again = [...data.batches(1, 0)].flatMap(({ indices }) => Array.from(indices));
  expect(again).toEqual([...permutation(5, 0, 10)]);
});

test('workers go on loading while this thread does something else', () => {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const data = open('plain', { startWith: counts, workers: 2, prefetch: 1 });
  const batches = data.batches(1, 0)[Symbol.iterator]();
  expect(batches.next().done).toBe(false);
  // Nothing more is asked for, and no event is handled here; two batches are on their way all the same.
  const loaded = (): number => Atomics.load(counts, 0);
  for (let end = Date.now() + 20_000; loaded() < 10 && Date.now() < end;) {
    Atomics.wait(counts, 0, loaded(), 100);
  }
  expect(loaded()).toBe(10);
  expect(Atomics.load(counts, 1)).toBe(0b11); // both workers took part
  batches.return?.();
});

test('without prefetching nothing is loaded before it is asked for', async () => {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const data = open('plain', { startWith: counts, workers: 1, prefetch: 0 });
  const batches = data.batches(1, 0)[Symbol.iterator]();
  batches.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(Atomics.load(counts, 0)).toBe(4);
  batches.return?.();
});

test('of many attributes each picture has a row of labels, missing ones among them', () => {
  const [batch] = open('broken', { labelNames: oddAndOther, length: 3 }).batches(1, 0);
  expect(batch?.labels.shape).toEqual([3, 2]);
  const odd = Array.from(batch?.indices ?? [], (index) => [index % 2, -1]);
  expect(batch?.labels.toArray()).toEqual(odd);
});

test.each([
  ['broken', 'broken.mjs: no picture 3 today.', { length: 4, labelNames: oddAndOther }],
  ['short', 'short.mjs: expected load(0) to give 12 bytes of pixels, got 11.', { length: 1 }],
  ['none', 'none.mjs: Cannot find module', {}],
  ['slow', 'slow.mjs: expected pictures within 0.2 s, got none.', { timeout: 0.2 }],
  ['ended', 'ended.mjs: expected pictures within 0.5 s, got none.', { timeout: 0.5 }],
] as const)('what goes wrong in %s.mjs is told in one sentence: %s', (module, message, changes) => {
  expect(() => [...open(module, changes).batches(1, 0)]).toThrow(message);
});

const three = { classes: ['a', 'b', 'c'] };
test.each<[BackgroundOptions['labelNames'], unknown, string]>([
  [three, 3, 'from -1 to [2] as labels, got [3].'],
  [three, -2, 'from -1 to [2] as labels, got [-2].'],
  [three, 1.5, 'from -1 to [2] as labels, got [1.5].'],
  [three, undefined, 'from -1 to [2] as labels, got [undefined].'],
  [three, [0, 1], 'from -1 to [2] as labels, got [0, 1].'],
  [oddAndOther, [1], 'from -1 to [1, 1] as labels, got [1].'],
  [oddAndOther, [1, 2], 'from -1 to [1, 1] as labels, got [1, 2].'],
])('of %j the label %j is refused, with its picture', (labelNames, label, rule) => {
  const data = open('given', { labelNames, startWith: label, length: 1 });
  expect(() => [...data.batches(1, 0)]).toThrow(
    `given.mjs: expected load(0) to give whole numbers ${rule}`,
  );
});

test('a declared effect on a class that does not exist is refused before anything is loaded', () => {
  const flip = withLabelEffect(horizontalFlip(), { swaps: { class: ['a', 'd'] } });
  expect(() => open('plain', { transforms: [flip] })).toThrow(
    'horizontalFlip: expected a class of class to be one of a, b, c, got "d".',
  );
});

test('a batch is never larger than all pictures together', () => {
  const data = open('plain', { batchSize: 64 });
  expect([data.batchSize, data.stepsPerEpoch, data.sampleCount]).toEqual([10, 1, 10]);
});

test('options without sense are refused', () => {
  expect(() => open('plain', { workers: 0 })).toThrow(
    'backgroundBatches: expected workers to be a positive integer, got 0.',
  );
  expect(() => open('plain', { timeout: 0 })).toThrow('expected timeout to be a number above 0');
  expect(() => open('plain', { dropLast: true, batchSize: 11 })).toThrow(
    'expected batchSize to be at most 10, the pictures there are, got 11.',
  );
  expect(() => open('plain', { prefetsh: 1 } as object)).toThrow('Did you mean "prefetch"?');
});
