import {
  AvgPool2d,
  cat,
  Concat,
  GlobalAvgPool,
  Linear,
  MaxPool2d,
  Module,
  Sequential,
  type Size2d,
  type Tensor,
} from '@ocelli/torch';
import { ConvNormAct } from './convNormAct.ts';
import { heNormal } from './heNormal.ts';
import { type Stage, Trunk } from './trunk.ts';

/**
 * The trunk of Inception-v4. Keys of the state dict are timm's; convolutions begin as in He et al. 2015
 * by fan-in. `(N, 3, H, W)`, H and W at least 75, published for 299 → `(N, 1536, 8, 8)` at 299.
 *
 * @see Szegedy et al. 2017, https://arxiv.org/abs/1602.07261
 */
export function inceptionV4(): Trunk {
  const repeat = (count: number, channels: number, make: () => Module): [Module, number][] =>
    Array.from({ length: count }, () => [make(), channels]);
  const layers: [Module, number][] = [
    [conv([3, 32], 3, { stride: 2, padding: 0 }), 32],
    [conv([32, 32], 3, { padding: 0 }), 32],
    [conv([32, 64], 3), 64],
    [new Concat({ maxpool: pool(), conv: conv([64, 96], 3, halving) }), 160],
    [stemBranches(), 192],
    [new Concat({ conv: conv([192, 192], 3, halving), maxpool: pool() }), 384],
    ...repeat(4, 384, inceptionA),
    [reductionA(), 1024],
    ...repeat(7, 1024, inceptionB),
    [reductionB(), 1536],
    ...repeat(3, 1536, () => new InceptionC()),
  ];
  const stages = layers.map(([module, outChannels], index): Stage => {
    return { name: `features.${index}`, module, outChannels };
  });
  return heNormal(new Trunk(stages), 'fanIn');
}

/** Mean and a linear layer. */
export function inceptionV4Head(channels: number, numClasses: number): Record<string, Module> {
  return { global_pool: new GlobalAvgPool(), last_linear: new Linear(channels, numClasses) };
}

const halving = { stride: 2, padding: 0 };

/** Padded to keep the size unless told otherwise. */
function conv(
  [from, to]: readonly [number, number],
  kernelSize: Size2d,
  shape: { stride?: number; padding?: number } = {},
): ConvNormAct {
  const keys = ['conv', 'bn'] as const;
  return new ConvNormAct(from, to, {
    kernelSize,
    ...shape,
    activation: 'relu',
    eps: 1e-3,
    keys,
  });
}

function pool(): MaxPool2d {
  return new MaxPool2d(3, { stride: 2 });
}

/** Mean of the neighbourhood, then a 1×1 convolution. */
function pooledConv(from: number, to: number): Sequential {
  const mean = new AvgPool2d(3, { stride: 1, padding: 1, countIncludePad: false });
  return new Sequential(mean, conv([from, to], 1));
}

function branches(...list: readonly Module[]): Concat {
  return new Concat(Object.fromEntries(list.map((branch, index) => [`branch${index}`, branch])));
}

function stemBranches(): Concat {
  return branches(
    new Sequential(conv([160, 64], 1), conv([64, 96], 3, { padding: 0 })),
    new Sequential(
      ...[conv([160, 64], 1), conv([64, 64], [1, 7]), conv([64, 64], [7, 1])],
      conv([64, 96], 3, { padding: 0 }),
    ),
  );
}

function inceptionA(): Concat {
  return branches(
    conv([384, 96], 1),
    new Sequential(conv([384, 64], 1), conv([64, 96], 3)),
    new Sequential(conv([384, 64], 1), conv([64, 96], 3), conv([96, 96], 3)),
    pooledConv(384, 96),
  );
}

function reductionA(): Concat {
  return branches(
    conv([384, 384], 3, halving),
    new Sequential(conv([384, 192], 1), conv([192, 224], 3), conv([224, 256], 3, halving)),
    pool(),
  );
}

function inceptionB(): Concat {
  return branches(
    conv([1024, 384], 1),
    new Sequential(conv([1024, 192], 1), conv([192, 224], [1, 7]), conv([224, 256], [7, 1])),
    new Sequential(
      ...[conv([1024, 192], 1), conv([192, 192], [7, 1]), conv([192, 224], [1, 7])],
      ...[conv([224, 224], [7, 1]), conv([224, 256], [1, 7])],
    ),
    pooledConv(1024, 128),
  );
}

function reductionB(): Concat {
  return branches(
    new Sequential(conv([1024, 192], 1), conv([192, 192], 3, halving)),
    new Sequential(
      ...[conv([1024, 256], 1), conv([256, 256], [1, 7]), conv([256, 320], [7, 1])],
      conv([320, 320], 3, halving),
    ),
    pool(),
  );
}

/** The block whose branches part once more. */
class InceptionC extends Module {
  readonly branch0 = this.registerModule('branch0', conv([1536, 256], 1));
  readonly branch1 = this.registerModule('branch1_0', conv([1536, 384], 1));
  readonly branch1Row = this.registerModule('branch1_1a', conv([384, 256], [1, 3]));
  readonly branch1Column = this.registerModule('branch1_1b', conv([384, 256], [3, 1]));
  readonly branch2 = this.registerModule('branch2_0', conv([1536, 384], 1));
  readonly branch2Column = this.registerModule('branch2_1', conv([384, 448], [3, 1]));
  readonly branch2Row = this.registerModule('branch2_2', conv([448, 512], [1, 3]));
  readonly branch2LastRow = this.registerModule('branch2_3a', conv([512, 256], [1, 3]));
  readonly branch2LastColumn = this.registerModule('branch2_3b', conv([512, 256], [3, 1]));
  readonly branch3 = this.registerModule('branch3', pooledConv(1536, 256));

  forward(images: Tensor): Tensor {
    const first = this.branch1.forward(images);
    const second = this.branch2Row.forward(
      this.branch2Column.forward(this.branch2.forward(images)),
    );
    const outputs = [
      this.branch0.forward(images),
      ...[this.branch1Row.forward(first), this.branch1Column.forward(first)],
      ...[this.branch2LastRow.forward(second), this.branch2LastColumn.forward(second)],
      this.branch3.forward(images),
    ];
    return cat(outputs, 1);
  }
}
