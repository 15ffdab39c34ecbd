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
