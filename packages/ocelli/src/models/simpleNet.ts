import { MaxPool2d, type Module, Sequential } from '@ocelli/torch';
import { ConvUnit } from './convUnit.ts';
import { heNormal } from './heNormal.ts';
import { stageTower } from './stageTower.ts';
import type { TowerKind } from './towerKind.ts';
import { type Stage, Trunk } from './trunk.ts';

/** Convolutions of the same width that a halving pool follows: how many, and how wide. */
type Group = readonly [repeats: number, channels: number];

/**
 * The trunk of the separable network with a tower an attribute: separable 3×3 convolutions with batch
 * norm and ReLU, 3 of 32 channels, 2 of 64 and 2 of 128, a halving pool after each width.
 *
 * With {@link separableTower}, eight heads and 27 classes: 4,128,827 numbers, of which 4,103,291 are
 * learned. `(N, 3, H, W)` → `(N, 128, H/8, W/8)`.
 */
export function separableTrunk(): Trunk {
  const groups: Group[] = [
    [3, 32],
    [2, 64],
    [2, 128],
  ];
  return heNormal(new Trunk(pooledGroups(3, groups, { separable: true })), 'fanIn');
}

/** 2 separable convolutions of 256 channels, 2 of 512, the mean, a linear layer without offset. */
export function separableTower(): TowerKind {
  const groups: Group[] = [
    [2, 256],
    [2, 512],
  ];
  return stageTower((channels) => heStages(pooledGroups(channels, groups, { separable: true })), {
    bias: false,
  });
}

/**
 * The trunk of the plain network with a tower an attribute: full 3×3 convolutions, 3 of 16 channels, 2
 * of 32, 2 of 64 and 2 of 128. `(N, 3, H, W)` → `(N, 128, H/16, W/16)`.
 */
export function plainTrunk(): Trunk {
  const groups: Group[] = [
    [3, 16],
    [2, 32],
    [2, 64],
    [2, 128],
  ];
  return heNormal(new Trunk(pooledGroups(3, groups, { separable: false })), 'fanIn');
}

/**
 * 2 convolutions of 256 channels and a pool, one of 512, one more of 512 without norm and activation,
 * the mean, a linear layer without offset.
 */
export function plainTower(): TowerKind {
  const stages = (channels: number): Stage[] => [
    ...pooledGroups(channels, [[2, 256]], { separable: false }),
    { name: 'conv1', module: new ConvUnit(256, 512), outChannels: 512 },
    {
      name: 'conv2',
      module: new ConvUnit(512, 512, { norm: false, activation: 'none' }),
      outChannels: 512,
    },
  ];
  return stageTower((channels) => heStages(stages(channels)), { bias: false });
}

function pooledGroups(
  inChannels: number,
  groups: readonly Group[],
  { separable }: { separable: boolean },
): Stage[] {
  let from = inChannels;
  return groups.map(([repeats, channels], index) => {
    const units: Module[] = [];
    for (let unit = 0; unit < repeats; unit++) {
      units.push(new ConvUnit(from, channels, { separable }));
      from = channels;
    }
    const module = new Sequential(...units, new MaxPool2d(2));
    return { name: `group${index + 1}`, module, outChannels: channels };
  });
}

function heStages(stages: Stage[]): Stage[] {
  for (const { module } of stages) heNormal(module, 'fanIn');
  return stages;
}
