import { AdaptiveAvgPool2d, Flatten, Linear, ReLU, Sequential } from '@ocelli/torch';
import type { Architecture } from './architecture.ts';
import { bottleneck, bottleneckTrunk, type BottleneckTrunkOptions } from './bottleneckNet.ts';
import { deepDavidNetTrunk } from './deepDavidNet.ts';
import { denseNet } from './denseNet.ts';
import { denseTower, linearTower } from './denseTower.ts';
import { mapTower, type MapTowerOptions } from './mapTower.ts';
import type { PersonSystemName } from './modelNames.ts';
import { splitResnetTower, splitResnetTrunk } from './residualNet.ts';
import { resnet } from './resnet.ts';
import { resnetV2 } from './resnetV2.ts';
import { plainTower, plainTrunk, separableTower, separableTrunk } from './simpleNet.ts';
import { stageTower } from './stageTower.ts';
import type { TowerKind } from './towerKind.ts';
import { Trunk } from './trunk.ts';
import { vgg } from './vgg.ts';

/** Networks made for many attributes of one picture of a person, 224 or 200 pixels a side. */
export const personSystems: Readonly<Record<PersonSystemName, Architecture>> = {
  'davidnet-heads': {
    trunk: deepDavidNetTrunk,
    tower: linearTower({ pool: 'max', bias: false, logitScale: 0.125 }),
  },
  'separable-towers': { trunk: separableTrunk, tower: separableTower() },
  'plain-towers': { trunk: plainTrunk, tower: plainTower() },
  'resnet20-towers': { trunk: () => splitResnetTrunk(20), tower: splitResnetTower(20) },
  'densenet121-towers': { trunk: () => denseNet(121), tower: denseTower() },
  'resnet50-towers': withDenseTowers(() => resnet(50)),
  'resnet152v2-towers': withDenseTowers(() => resnetV2(152)),
  'vgg16-towers': withDenseTowers(() => vgg(16)),
  'bottleneck-towers': bottlenecks({}),
  'bottleneck-towers-noskip': bottlenecks({ blocks: [3, 3, 4], skips: false }),
  'bottleneck-towers-separable': bottlenecks(
    { blocks: [3, 3, 4], skips: false, separable: true },
    { separable: true },
  ),
  'bottleneck-towers-shallow': bottlenecks({ blocks: [2, 3, 2], skips: false }),
  'bottleneck-towers-residual': {
    trunk: () => bottleneckTrunk({ blocks: [2, 3, 2], width: 128 }),
    tower: bottleneckTower(),
  },
  'bottleneck-towers-wide': bottlenecks(
    { blocks: [2, 3, 2], width: 128 },
    { widths: [64, 64, 32] },
  ),
  'bottleneck-towers-wide-separable': bottlenecks(
    { blocks: [2, 3, 2], width: 128 },
    { widths: [64, 64, 32], separable: true },
  ),
};

function bottlenecks(trunk: BottleneckTrunkOptions, tower: MapTowerOptions = {}): Architecture {
  return { trunk: () => bottleneckTrunk(trunk), tower: mapTower(tower) };
}

/** Two more bottlenecks an attribute, the mean, a linear layer. */
function bottleneckTower(): TowerKind {
  return stageTower((channels) => {
    const module = new Sequential(bottleneck(channels, channels), bottleneck(channels, channels));
    return [{ name: 'stage', module, outChannels: channels }];
  });
}

/**
 * The feature map as one row (7×7 at 224 pixels; averaged to that at other sizes), a dense layer of 512
 * that all share, and for every attribute dropout 0.3, a dense layer of 128 and the last one.
 */
function withDenseTowers(make: () => Trunk): Architecture {
  const trunk = (): Trunk => {
    const base = make();
    const row = [new AdaptiveAvgPool2d(7), new Flatten()];
    const module = new Sequential(...row, new Linear(base.outChannels * 49, 512), new ReLU());
    return new Trunk([...base.stages, { name: 'neck', module, outChannels: 512 }]);
  };
  return { trunk, tower: denseTower({ pool: 'none', batchNorm: false, dropout: 0.3 }) };
}
