import { MNIST_CONSTANTS } from './constants.ts';
import type { ChannelConstants } from './constants.ts';

/** One of the four files of MNIST. */
export interface MnistFile {
  /** Without `.gz`. */
  readonly name: string;
  /** Of the gzipped file as published. */
  readonly md5: string;
  readonly bytes: number;
}

/** One part of MNIST: pictures and their labels. */
export interface MnistPart {
  readonly images: MnistFile;
  readonly labels: MnistFile;
  /** Pictures of each digit, by which it is known: others publish files of the same names. */
  readonly classCounts: readonly number[];
}

/** Everything that is particular to MNIST in its official form. */
export interface MnistFormat {
  readonly id: 'mnist';
  readonly title: string;
  /** Where the four files lie; the address of its authors asks for a password at times. */
  readonly url: string;
  readonly train: MnistPart;
  readonly test: MnistPart;
  readonly classes: readonly string[];
  readonly constants: ChannelConstants;
}

/** 60,000 and 10,000 handwritten digits of 28 x 28 grey pixels. @see http://yann.lecun.com/exdb/mnist/ */
export const MNIST: MnistFormat = {
  id: 'mnist',
  title: 'MNIST',
  url: 'https://ossci-datasets.s3.amazonaws.com/mnist/',
  train: {
    images: file('train-images-idx3-ubyte', 'f68b3c2dcbeaaa9fbdd348bbdeb94873', 9_912_422),
    labels: file('train-labels-idx1-ubyte', 'd53e105ee54ea40749a09fcbcd1e9432', 28_881),
    classCounts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
  },
  test: {
    images: file('t10k-images-idx3-ubyte', '9fb629c4189551a2d022fa330f9573f3', 1_648_877),
    labels: file('t10k-labels-idx1-ubyte', 'ec29112dd5afa0611ce80d1b7f02629c', 4_542),
    classCounts: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
  },
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  constants: MNIST_CONSTANTS,
};

/** All four, pictures before labels. */
export function mnistFiles({ train, test }: MnistFormat): readonly MnistFile[] {
  return [train, test].flatMap(({ images, labels }) => [images, labels]);
}

/** Whether there are as many labels of each digit as this part of MNIST has. */
export function isLabelledAs({ classCounts }: MnistPart, labels: readonly number[] = []): boolean {
  const counts = classCounts.map((_, digit) => labels.filter((label) => label === digit).length);
  return classCounts.every((count, digit) => counts[digit] === count);
}

function file(name: string, md5: string, bytes: number): MnistFile {
  return { name, md5, bytes };
}
