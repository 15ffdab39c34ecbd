/** What a worker is asked for: some pictures of an epoch. */
export interface LoadRequest {
  readonly id: number;
  readonly epoch: number;
  readonly indices: Int32Array;
  /** Of one picture. */
  readonly bytes: number;
  /** Classes of each label that a picture has. */
  readonly classCounts: readonly number[];
}

/** What comes back: pixels and labels of all of them, or why there are none. */
export interface LoadAnswer {
  readonly id: number;
  readonly pixels?: Uint8Array;
  /** One after the other, each picture's own. */
  readonly labels?: readonly number[];
  readonly failure?: string;
}

/**
 * What a worker runs: as text, for a worker has to be JavaScript whether this package runs from its
 * sources or built. Once an answer is on its way, the signal counts one more and wakes who waits for it.
 */
export const backgroundWorker = `
const { workerData } = require('node:worker_threads');
const { module, port, signal, number, startWith } = workerData;

const ready = import(module).then(async (exports) => {
  await exports.start?.(number, startWith);
  return exports;
});
ready.catch(() => {}); // told when pictures are asked for

function labelsOf({ label }, index, classCounts) {
  const labels = [label].flat();
  const isLabel = (one, place) => Number.isInteger(one) && one >= -1 && one < classCounts[place];
  if (labels.length === classCounts.length && labels.every(isLabel)) return labels;
  const highest = classCounts.map((count) => count - 1).join(', ');
  throw new Error(
    'expected load(' + index + ') to give whole numbers from -1 to [' + highest + '] as labels, got [' +
      labels.map(String).join(', ') + '].',
  );
}

async function answerTo({ id, epoch, indices, bytes, classCounts }) {
  try {
    const { load } = await ready;
    const pixels = new Uint8Array(indices.length * bytes);
    const labels = [];
    for (const [row, index] of indices.entries()) {
      const picture = await load(index, epoch);
      if (picture.pixels.length !== bytes) {
        throw new Error(
          'expected load(' + index + ') to give ' + bytes + ' bytes of pixels, got ' + picture.pixels.length + '.',
        );
      }
      pixels.set(picture.pixels, row * bytes);
      labels.push(...labelsOf(picture, index, classCounts));
    }
    return { id, pixels, labels };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', async (request) => {
  const answer = await answerTo(request);
  port.postMessage(answer, answer.pixels ? [answer.pixels.buffer] : []);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
});
`;
