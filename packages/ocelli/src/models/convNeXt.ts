import {
  AdaptiveAvgPool2d,
  Conv2d,
  constant,
  Flatten,
  GELU,
  LayerNorm,
  Linear,
  Module,
  ones,
  parameter,
  type Parameter,
  Sequential,
  type Tensor,
  truncNormal,
} from '@ocelli/torch';
import { StochasticDepth } from './stochasticDepth.ts';
import { type Stage, Trunk } from './trunk.ts';

/** Blocks and channels of the four stages of ConvNeXt-Tiny. */
const tiny = [
  [3, 96],
  [3, 192],
  [9, 384],
  [3, 768],
] as const;

/** Share of pictures for which training leaves out the last block; earlier ones less. */
const dropPath = 0.1;

/**
 * The trunk of ConvNeXt-Tiny. Keys of the state dict are torchvision's; weights begin as a truncated
 * normal of deviation 0.02, offsets as 0. `(N, 3, H, W)` → `(N, 768, H/32, W/32)`.
 *
 * @see Liu et al. 2022, https://arxiv.org/abs/2201.03545
 */
export function convNeXtTiny(): Trunk {
  const total = tiny.reduce((sum, [blocks]) => sum + blocks, 0);
  const stages: Stage[] = [];
  let before = 0; // blocks so far
  let from = 3;
  for (const [blocks, channels] of tiny) {
    stages.push(stageOf(stages.length, shrinking(from, channels), channels));
    const list = Array.from({ length: blocks }, (_, index) => {
      return new Block(channels, (dropPath * (before + index)) / (total - 1));
    });
    stages.push(stageOf(stages.length, new Sequential(...list), channels));
    before += blocks;
    from = channels;
  }
  return drawn(new Trunk(stages));
}

/** Mean, layer norm, a linear layer. */
export function convNeXtHead(channels: number, numClasses: number): Record<string, Module> {
  const linear = new Linear(channels, numClasses);
  const classifier = new Sequential(new ChannelNorm(channels), new Flatten(), linear);
  return { avgpool: new AdaptiveAvgPool2d(1), classifier: drawn(classifier) };
}

function stageOf(index: number, module: Module, outChannels: number): Stage {
  return { name: `features.${index}`, module, outChannels };
}

/** At the start tiles of 4×4 pixels, then norm; between stages norm, then tiles of 2×2. */
function shrinking(from: number, to: number): Module {
  if (from === 3) return new Sequential(new Conv2d(3, to, 4, { stride: 4 }), new ChannelNorm(to));
  return new Sequential(new ChannelNorm(from), new Conv2d(from, to, 2, { stride: 2 }));
}

function drawn<M extends Module>(model: M): M {
  for (const [, module] of model.namedModules()) {
    if (!(module instanceof Conv2d) && !(module instanceof Linear)) continue;
    truncNormal(module.weight, { std: 0.02 });
    if (module.bias !== undefined) constant(module.bias, 0);
  }
  return model;
}

/** Layer norm over the channels of each pixel of `(N, C, H, W)`. */
class ChannelNorm extends LayerNorm {
  constructor(channels: number) {
    super([channels], { eps: 1e-6 });
  }

  override forward(images: Tensor): Tensor {
    return super.forward(images.permute([0, 2, 3, 1])).permute([0, 3, 1, 2]);
  }
}

/** `x + scale · mlp(norm(depthwise 7×7(x)))`, the dense layers pixel by pixel. */
class Block extends Module {
  readonly scale: Parameter;
  readonly block: Module;
  readonly #dropPath: StochasticDepth;

  constructor(channels: number, drop: number) {
    super();
    const scale = ones([channels, 1, 1]).mul(1e-6);
    this.scale = this.registerParameter('layer_scale', parameter(scale));
    const depthwise = new Conv2d(channels, channels, 7, { padding: 3, groups: channels });
    this.block = this.registerModule(
      'block',
      new Sequential(
        ...[depthwise, new Permute([0, 2, 3, 1]), new LayerNorm([channels], { eps: 1e-6 })],
        ...[new Linear(channels, 4 * channels), new GELU(), new Linear(4 * channels, channels)],
        new Permute([0, 3, 1, 2]),
      ),
    );
    this.#dropPath = this.registerModule('stochastic_depth', new StochasticDepth(drop));
  }

  forward(images: Tensor): Tensor {
    const branch = this.block.forward(images).mul(this.scale);
    return this.#dropPath.forward(branch).add(images);
  }
}

class Permute extends Module {
  readonly #order: readonly number[];

  constructor(order: readonly number[]) {
    super();
    this.#order = order;
  }

  forward(input: Tensor): Tensor {
    return input.permute(this.#order);
  }
}
