/** As IDX is published: 0, 0, 8 (unsigned bytes), dimensions, each as four bytes, the values. */
export function idx(shape: readonly number[], values: Uint8Array): Buffer {
  const lengths = shape.flatMap((length) => [0, 0, length >> 8, length & 255]);
  return Buffer.concat([Buffer.from([0, 0, 8, shape.length, ...lengths]), values]);
}

/** Pictures of each class in both parts of a data set. */
export interface PartCounts {
  readonly train: readonly number[];
  readonly t10k: readonly number[];
}

/** Pictures of each digit in MNIST: 60,000 and 10,000. */
export const mnistCounts: PartCounts = {
  train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
  t10k: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
};

/** Those of Fashion-MNIST and KMNIST, which come in files of the same names. */
export const evenCounts: PartCounts = {
  train: new Array<number>(10).fill(6000),
  t10k: new Array<number>(10).fill(1000),
};

/** The four files by their names; each picture is one pixel, twenty times its label. */
export function digitFiles({ train, t10k }: PartCounts): Record<string, Buffer> {
  return { ...part('train', train), ...part('t10k', t10k) };
}

function part(name: string, counts: readonly number[]): Record<string, Buffer> {
  const digits = counts.flatMap((count, digit) => new Array<number>(count).fill(digit));
  const labels = Uint8Array.from(digits);
  return {
    [`${name}-images-idx3-ubyte`]: idx(
      [labels.length, 1, 1],
      labels.map((label) => 20 * label),
    ),
    [`${name}-labels-idx1-ubyte`]: idx([labels.length], labels),
  };
}
