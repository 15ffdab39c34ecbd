import { BatchNorm2d, Conv2d, Module, Sequential, type Tensor } from '@ocelli/torch';
import { BatchNormReLU } from './batchNormReLU.ts';

/** What the blocks of a ResNet are told. */
export interface ResNetBlockOptions {
  /** Step of the 3×3 convolution that shrinks the feature map. */
  stride: number;
  /** Groups of that convolution, in bottlenecks (ResNeXt). */
  groups: number;
  /** Channels of that convolution for 64 channels of the stage and one group, in bottlenecks. */
  widthPerGroup: number;
}

/** `relu(bn(conv3×3(relu(bn(conv3×3(x))))) + shortcut(x))`, `(N, C, H, W)` → `(N, width, H', W')`. */
export class BasicBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNormReLU;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential | undefined;

  constructor(inChannels: number, width: number, { stride }: ResNetBlockOptions) {
    super();
    const conv = { padding: 1, bias: false };
    this.conv1 = this.registerModule(
      'conv1',
      new Conv2d(inChannels, width, 3, { stride, ...conv }),
    );
    this.bn1 = this.registerModule('bn1', new BatchNormReLU(width));
    this.conv2 = this.registerModule('conv2', new Conv2d(width, width, 3, conv));
    this.bn2 = this.registerModule('bn2', new BatchNorm2d(width));
    this.downsample = registerShortcut(this, [inChannels, width], stride);
  }

  forward(images: Tensor): Tensor {
    const hidden = this.bn1.forwardConvolved(this.conv1, images);
    const shortcut = this.downsample?.forward(images) ?? images;
    return joined([this.conv2, this.bn2], hidden, shortcut);
  }
}

/**
 * 1×1 convolution to `width` channels, 3×3 with the stride, 1×1 to four times `width`, plus the
 * shortcut; batch norm after each convolution, ReLU after all but the last and after the sum.
 */
export class Bottleneck extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNormReLU;
  readonly conv2: Conv2d;
  readonly bn2: BatchNormReLU;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  readonly downsample: Sequential | undefined;

  constructor(inChannels: number, width: number, options: ResNetBlockOptions) {
    super();
    const { stride, groups, widthPerGroup } = options;
    const inner = Math.floor((width * widthPerGroup) / 64) * groups;
    const across = { stride, groups, padding: 1, bias: false };
    const plain = { bias: false };
    this.conv1 = this.registerModule('conv1', new Conv2d(inChannels, inner, 1, plain));
    this.bn1 = this.registerModule('bn1', new BatchNormReLU(inner));
    this.conv2 = this.registerModule('conv2', new Conv2d(inner, inner, 3, across));
    this.bn2 = this.registerModule('bn2', new BatchNormReLU(inner));
    this.conv3 = this.registerModule('conv3', new Conv2d(inner, width * 4, 1, plain));
    this.bn3 = this.registerModule('bn3', new BatchNorm2d(width * 4));
    this.downsample = registerShortcut(this, [inChannels, width * 4], stride);
  }

  forward(images: Tensor): Tensor {
    const narrow = this.bn1.forwardConvolved(this.conv1, images);
    const hidden = this.bn2.forwardConvolved(this.conv2, narrow);
    const shortcut = this.downsample?.forward(images) ?? images;
    return joined([this.conv3, this.bn3], hidden, shortcut);
  }
}

function joined(
  [conv, norm]: readonly [Conv2d, BatchNorm2d],
  hidden: Tensor,
  shortcut: Tensor,
): Tensor {
  const after = { addBeforeActivation: shortcut, activation: 'relu' } as const;
  return norm.forwardConvolved(conv, hidden, after);
}

/** A 1×1 convolution with batch norm where the block changes the shape; nothing elsewhere. */
function registerShortcut(
  block: Module,
  [from, to]: readonly [number, number],
  stride: number,
): Sequential | undefined {
  if (from === to && stride === 1) return undefined;
  const conv = new Conv2d(from, to, 1, { stride, bias: false });
  return block.registerModule('downsample', new Sequential(conv, new BatchNorm2d(to)));
}
