/** Per-channel mean and deviation of a data set's training pictures, with what they are measured in. */
export interface ChannelConstants {
  /** One value a channel, in `valueRange` units. */
  readonly mean: readonly [number, number, number];
  /** One value a channel, in `valueRange` units. */
  readonly std: readonly [number, number, number];
  /** The order the channels are listed in; the pixels of every source are RGB. */
  readonly channelOrder: 'RGB';
  /** The values pixels take, black to white. Stored pixels are uint8, so 0 to 255. */
  readonly valueRange: readonly [0, 255];
}

/**
 * CIFAR-10 training part as the published DavidNet run used them.
 *
 * @see https://myrtle.ai/learn/how-to-train-your-resnet/
 */
export const CIFAR10_CONSTANTS: ChannelConstants = {
  mean: [125.31, 122.95, 113.87],
  std: [62.99, 62.09, 66.7],
  channelOrder: 'RGB',
  valueRange: [0, 255],
};

/** CIFAR-100 training part: 0.50708, 0.48655, 0.44092 and 0.26733, 0.25644, 0.27615, times 255. */
export const CIFAR100_CONSTANTS: ChannelConstants = {
  mean: [129.3, 124.07, 112.43],
  std: [68.17, 65.39, 70.42],
  channelOrder: 'RGB',
  valueRange: [0, 255],
};

/** MNIST's training part: 0.1307 and 0.3081, times 255; its grey fills all three channels. */
export const MNIST_CONSTANTS: ChannelConstants = {
  mean: [33.3285, 33.3285, 33.3285],
  std: [78.5655, 78.5655, 78.5655],
  channelOrder: 'RGB',
  valueRange: [0, 255],
};

/** Tiny-ImageNet's training part: 0.4802, 0.4481, 0.3975 and 0.2296, 0.2263, 0.2255, times 255. */
export const TINY_IMAGENET_CONSTANTS: ChannelConstants = {
  mean: [122.451, 114.2655, 101.3625],
  std: [58.548, 57.7065, 57.5025],
  channelOrder: 'RGB',
  valueRange: [0, 255],
};

/**
 * CIFAR-10's training part as much code has it: 0.4914, 0.4822, 0.4465 and 0.2023, 0.1994, 0.2010, times
 * 255. These deviations are means over pictures of each one's own, not of all pixels pooled; see
 * `batchStatistics`.
 */
const CIFAR10_IMAGE_DEVIATIONS: ChannelConstants = {
  mean: [125.307, 122.961, 113.8575],
  std: [51.5865, 50.847, 51.255],
  channelOrder: 'RGB',
  valueRange: [0, 255],
};

/** ImageNet's training part: 0.485, 0.456, 0.406 and 0.229, 0.224, 0.225, times 255. */
const IMAGENET: ChannelConstants = {
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
  channelOrder: 'RGB',
  valueRange: [0, 255],
};

/**
 * The founding persons: 11,537 training pictures of 224 pixels, black bars among them. Published in the
 * order blue, green, red; here in that of all constants.
 *
 * @see https://github.com/abhinavdayal/EIP_Session5
 */
const PERSONS: ChannelConstants = {
  mean: [46.66141538, 41.57640031, 41.33479712],
  std: [69.85974087, 64.6502506, 63.9889454],
  channelOrder: 'RGB',
  valueRange: [0, 255],
};

/**
 * The founding persons, all 13,573 at 200 pixels, those held back among them.
 *
 * @see https://github.com/baronrogers5/person-classifier
 */
const PERSONS_200: ChannelConstants = {
  mean: [46.56585295, 41.46895224, 41.24654565],
  std: [69.21208429, 63.93648829, 63.29494238],
  channelOrder: 'RGB',
  valueRange: [0, 255],
};

/** Constants that were published, by name: what the setting `constants` takes. */
export const storedConstants = {
  cifar10: CIFAR10_CONSTANTS,
  'cifar10-image-deviations': CIFAR10_IMAGE_DEVIATIONS,
  cifar100: CIFAR100_CONSTANTS,
  mnist: MNIST_CONSTANTS,
  'tiny-imagenet': TINY_IMAGENET_CONSTANTS,
  imagenet: IMAGENET,
  persons: PERSONS,
  'persons-200': PERSONS_200,
} as const satisfies Record<string, ChannelConstants>;

/** The name of constants that were published. */
export type ConstantsName = keyof typeof storedConstants;

/** Names of all stored constants. */
export const constantsNames = Object.keys(storedConstants) as [ConstantsName, ...ConstantsName[]]; // of a literal
