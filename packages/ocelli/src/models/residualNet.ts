import { Conv2d, MaxPool2d, Module, optionError, Sequential, type Tensor } from '@ocelli/torch';
import { ConvUnit } from './convUnit.ts';
import { heNormal } from './heNormal.ts';
import { stageTower } from './stageTower.ts';
import type { TowerKind } from './towerKind.ts';
import { type Stage, Trunk } from './trunk.ts';

/**
 * The trunk of the ResNets for small pictures: a convolution of 16 channels, then three stages of 16,
 * 32 and 64 channels, the last two of which halve the feature map. Convolutions have offsets; a shortcut
 * that changes the shape is a 1×1 convolution without batch norm. With a linear layer for 10 classes:
 * 274,442 numbers at depth 20, 470,218 at 32, 665,994 at 44, 861,770 at 56.
 *
 * `(N, 3, H, W)` → `(N, 64, H/4, W/4)`.
 *
 * @param depth layers with weights: 6n + 2, for n blocks a stage.
 * @throws {OptionError} if the depth is not 6n + 2.
 * @see He et al. 2016, section 4.2, https://arxiv.org/abs/1512.03385
 */
export function cifarResnet(depth: number): Trunk {
  const blocks = blocksPerStage('cifarResnet', depth);
  const stem = { name: 'stem', module: new ConvUnit(3, 16), outChannels: 16 };
  const stages = [16, 32, 64].map((width, index) =>
    stage(`stage${index + 1}`, [index === 0 ? 16 : width / 2, width], {
      blocks,
      stride: index === 0 ? 1 : 2,
    }),
  );
  return heNormal(new Trunk([stem, ...stages]), 'fanIn');
}

/**
 * The part of a ResNet for larger pictures that all attributes share: three convolutions of 8 channels
 * and two of 16, a pool after each width, then stages of 16 and 32 channels that halve the feature map.
 *
 * With {@link splitResnetTower}, eight heads and 27 classes: 1,727,872 numbers at depth 20, of which
 * 1,721,040 are learned. `(N, 3, H, W)` → `(N, 32, H/16, W/16)`.
 *
 * @param depth 6n + 2, for n blocks a stage, the towers' stage included.
 * @throws {OptionError} if the depth is not 6n + 2.
 */
export function splitResnetTrunk(depth: number): Trunk {
  const blocks = blocksPerStage('splitResnetTrunk', depth);
  const convs = (from: number, width: number, count: number): Module[] =>
    Array.from({ length: count }, (_, index) => new ConvUnit(index === 0 ? from : width, width));
  const stem = new Sequential(
    ...[...convs(3, 8, 3), new MaxPool2d(2)],
    ...[...convs(8, 16, 2), new MaxPool2d(2)],
  );
  const trunk = new Trunk([
    { name: 'stem', module: stem, outChannels: 16 },
    stage('stage1', [16, 16], { blocks, stride: 2 }),
    stage('stage2', [16, 32], { blocks, stride: 2 }),
  ]);
  return heNormal(trunk, 'fanIn');
}

/** The third stage, of 64 channels, once an attribute; the mean, a linear layer without offset. */
export function splitResnetTower(depth: number): TowerKind {
  const blocks = blocksPerStage('splitResnetTower', depth);
  return stageTower(
    (channels) => {
      const third = stage('stage3', [channels, 64], { blocks, stride: 2 });
      heNormal(third.module, 'fanIn');
      return [third];
    },
    { bias: false },
  );
}

function blocksPerStage(where: string, depth: number): number {
  const blocks = (depth - 2) / 6;
  if (Number.isInteger(blocks) && blocks > 0) return blocks;
  throw optionError(where, 'depth', '6n + 2, such as 20, 32, 44 or 56', depth);
}

function stage(
  name: string,
  [from, width]: readonly [number, number],
  { blocks, stride }: { blocks: number; stride: number },
): Stage {
  const rest = Array.from({ length: blocks - 1 }, () => new Block(width, width, 1));
  const module = new Sequential(new Block(from, width, stride), ...rest);
  return { name, module, outChannels: width };
}

/** `relu(unit2(unit1(x)) + shortcut(x))`, the second unit without ReLU. */
class Block extends Module {
  readonly unit1: ConvUnit;
  readonly unit2: ConvUnit;
  readonly shortcut: Conv2d | undefined;

  constructor(inChannels: number, width: number, stride: number) {
    super();
    const unit2 = new ConvUnit(width, width, { activation: 'none' });
    this.unit1 = this.registerModule('unit1', new ConvUnit(inChannels, width, { stride }));
    this.unit2 = this.registerModule('unit2', unit2);
    if (stride > 1 || inChannels !== width) {
      this.shortcut = this.registerModule('shortcut', new Conv2d(inChannels, width, 1, { stride }));
    }
  }

  forward(images: Tensor): Tensor {
    const through = this.unit2.forward(this.unit1.forward(images));
    return through.add(this.shortcut?.forward(images) ?? images).relu();
  }
}
