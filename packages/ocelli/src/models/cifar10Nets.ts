import {
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  DepthwiseConv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  type Tensor,
} from '@ocelli/torch';
import { OnePlace } from './onePlace.ts';
import { type Stage, Trunk } from './trunk.ts';

const v1Dropout = 0.25;
const v2Dropout = 0.1;

/**
 * The trunk of athena's Cifar10V1: three pairs of blocks of separable convolutions, one block of each pair
 * dilated, their outputs added; 380,646 parameters with {@link cifar10V1Head} and ten classes.
 *
 * Keys are athena's, except that a pair is a stage. `(N, 3, H, W)` → `(N, 256, H/4, W/4)`.
 */
export function cifar10V1Trunk(): Trunk {
  const widths = [
    [3, 32, 64, 128],
    [32, 64, 128, 256],
    [64, 128, 256, 256],
  ];
  const squeezed = [32, 64];
  const stages = widths.flatMap((channels, index): Stage[] => {
    const outChannels = channels.at(-1) ?? 0;
    const module = new PlainAndDilated(channels);
    const pair = { name: `block${index + 1}`, module, outChannels };
    const narrow = squeezed[index];
    if (narrow === undefined) return [pair];
    const transition = new Sequential(new MaxPool2d(2), new Conv2d(outChannels, narrow, 1));
    return [pair, { name: `transition${index + 1}`, module: transition, outChannels: narrow }];
  });
  return new Trunk(stages);
}

/** 8×8 mean and two 1×1 convolutions; pictures are 32×32, at most 63×63. Logits, where athena's ends in log-softmax. */
export function cifar10V1Head(channels: number, numClasses: number): Record<string, Module> {
  const layers = [new AvgPool2d(8), new Conv2d(channels, 64, 1), new Conv2d(64, numClasses, 1)];
  return { out_block: new Sequential(...layers), flatten: new OnePlace() };
}

class PlainAndDilated extends Module {
  readonly plain: Sequential;
  readonly dilated: Sequential;

  constructor(channels: readonly number[]) {
    super();
    const block = (dilation: number): Sequential =>
      new Sequential(
        ...channels
          .slice(1)
          .flatMap((to, index) => [
            separable([channels[index] ?? 0, to], dilation),
            ...normReluDropout(to, v1Dropout),
          ]),
      );
    this.plain = this.registerModule('plain', block(1));
    this.dilated = this.registerModule('dilated', block(2));
  }

  forward(images: Tensor): Tensor {
    return this.plain.forward(images).add(this.dilated.forward(images));
  }
}

/** Depthwise and pointwise convolution, both with offsets. */
function separable([from, to]: readonly [number, number], dilation: number): Sequential {
  return new Sequential({
    conv: new DepthwiseConv2d(from, 3, { padding: dilation, dilation }),
    point: new Conv2d(from, to, 1),
  });
}

function normReluDropout(channels: number, p: number): Module[] {
  return [new BatchNorm2d(channels), new ReLU(), new Dropout({ p })];
}

/**
 * The trunk of athena's Cifar10V2: four blocks of 32, 64, 128 and 256 channels, each a full convolution
 * and three separable ones (in the first block one of them is a dilated full one); the second and third
 * block halve the feature map. Keys are athena's. `(N, 3, H, W)` → `(N, 256, H/4, W/4)`.
 */
export function cifar10V2Trunk(): Trunk {
  const blocks = [
    [3, 32, 1],
    [32, 64, 2],
    [64, 128, 2],
    [128, 256, 1],
  ] as const;
  return new Trunk(
    blocks.map(([from, outChannels, stride], index) => {
      const first = new Conv2d(from, outChannels, 3, { stride, padding: 1, bias: false });
      const middle = index === 0 ? [dilatedConv(outChannels)] : depthwisePair(outChannels);
      const parts = [[first], depthwisePair(outChannels), middle, depthwisePair(outChannels)];
      const layers = parts.flatMap((part) => [...part, ...normReluDropout(outChannels, v2Dropout)]);
      return { name: `convblock${index + 1}`, module: new Sequential(...layers), outChannels };
    }),
  );
}

function dilatedConv(channels: number): Conv2d {
  return new Conv2d(channels, channels, 3, { padding: 2, dilation: 2, bias: false });
}

function depthwisePair(channels: number): Module[] {
  const depthwise = new DepthwiseConv2d(channels, 3, { padding: 1, bias: false });
  return [depthwise, new Conv2d(channels, channels, 1)];
}

/** 8×8 mean and a linear layer; pictures are 32×32. Logits, where athena's ends in log-softmax. */
export function cifar10V2Head(channels: number, numClasses: number): Record<string, Module> {
  const gap = new Sequential(new AvgPool2d(8));
  return { gap, flatten: new Flatten(), fc: new Linear(channels, numClasses) };
}
