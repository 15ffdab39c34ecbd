import { CIFAR100_COARSE, CIFAR100_FINE, CIFAR10_CLASSES } from './cifarClasses.ts';
import { CIFAR100_CONSTANTS, CIFAR10_CONSTANTS } from './constants.ts';
import type { ChannelConstants } from './constants.ts';

/** Which of CIFAR-100's two labels a picture carries: one of 100 classes or one of 20 groups. */
export type LabelKind = 'fine' | 'coarse';

/** Everything that is particular to one of the CIFAR data sets in its official binary form. */
export interface CifarFormat {
  readonly id: 'cifar10' | 'cifar100';
  /** As people write it. */
  readonly title: string;
  /** The official archive. */
  readonly url: string;
  /** MD5 of the archive as its authors publish it, at https://www.cs.toronto.edu/~kriz/cifar.html. */
  readonly md5: string;
  readonly archiveBytes: number;
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  /** Pictures in each training file. */
  readonly recordsPerTrainFile: number;
  readonly recordsPerTestFile: number;
  /** For each kind of label the records have: its byte and its classes. */
  readonly labels: Readonly<Partial<Record<LabelKind, CifarLabels>>>;
  /** Label bytes before the pixels of a record. */
  readonly labelBytes: number;
  readonly constants: ChannelConstants;
}

/** One label of a CIFAR record. */
export interface CifarLabels {
  /** Byte of the record that holds the label. */
  readonly offset: number;
  /** Names by label. */
  readonly classes: readonly string[];
}

/** CIFAR pictures are 32 by 32. */
export const CIFAR_SIDE = 32;

export const CIFAR10: CifarFormat = {
  id: 'cifar10',
  title: 'CIFAR-10',
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  archiveBytes: 170_052_171,
  trainFiles: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
  testFile: 'test_batch.bin',
  recordsPerTrainFile: 10_000,
  recordsPerTestFile: 10_000,
  labels: { fine: { offset: 0, classes: CIFAR10_CLASSES } },
  labelBytes: 1,
  constants: CIFAR10_CONSTANTS,
};

export const CIFAR100: CifarFormat = {
  id: 'cifar100',
  title: 'CIFAR-100',
  url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
  md5: '03b5dce01913d631647c71ecec9e9cb8',
  archiveBytes: 168_513_733,
  trainFiles: ['train.bin'],
  testFile: 'test.bin',
  recordsPerTrainFile: 50_000,
  recordsPerTestFile: 10_000,
  labels: {
    coarse: { offset: 0, classes: CIFAR100_COARSE },
    fine: { offset: 1, classes: CIFAR100_FINE },
  },
  labelBytes: 2,
  constants: CIFAR100_CONSTANTS,
};

export const CIFAR_FORMATS: readonly CifarFormat[] = [CIFAR10, CIFAR100];
