import { GlobalAvgPool, Linear, type Module } from '@ocelli/torch';
import type { Architecture } from './architecture.ts';
import { davidNetHead, davidNetTrunk } from './davidNet.ts';
import { davidNetAthenaHead, davidNetAthenaTrunk } from './davidNetAthena.ts';
import { denseNet } from './denseNet.ts';
import { linearTower } from './denseTower.ts';
import type { ClassifierName } from './modelNames.ts';
import { cifarResnet } from './residualNet.ts';
import { resnet } from './resnet.ts';
import { resnetSmallHead, resnetSmallTrunk } from './resnetSmall.ts';
import { resnetV2, resnetV2Head } from './resnetV2.ts';
import { vgg, vggHead } from './vgg.ts';

/** Networks that give a picture one label. */
export const classifiers: Readonly<Record<ClassifierName, Architecture>> = {
  davidnet: {
    trunk: davidNetTrunk,
    head: davidNetHead,
    tower: linearTower({ pool: 'max', bias: false, logitScale: 0.125 }),
  },
  'davidnet-athena': { trunk: davidNetAthenaTrunk, head: davidNetAthenaHead },
  'resnet-small': { trunk: resnetSmallTrunk, head: resnetSmallHead },
  resnet18: { trunk: () => resnet(18), head: meanAndLinear('fc') },
  resnet34: { trunk: () => resnet(34), head: meanAndLinear('fc') },
  resnet50: { trunk: () => resnet(50), head: meanAndLinear('fc') },
  resnet101: { trunk: () => resnet(101), head: meanAndLinear('fc') },
  resnet152: { trunk: () => resnet(152), head: meanAndLinear('fc') },
  'resnet18-cifar': { trunk: () => resnet(18, { stem: 'cifar' }), head: meanAndLinear('fc') },
  'resnet34-cifar': { trunk: () => resnet(34, { stem: 'cifar' }), head: meanAndLinear('fc') },
  'resnet50-cifar': { trunk: () => resnet(50, { stem: 'cifar' }), head: meanAndLinear('fc') },
  'resnet101-cifar': { trunk: () => resnet(101, { stem: 'cifar' }), head: meanAndLinear('fc') },
  'resnet152-cifar': { trunk: () => resnet(152, { stem: 'cifar' }), head: meanAndLinear('fc') },
  resnet20: { trunk: () => cifarResnet(20), head: meanAndLinear('fc') },
  resnet32: { trunk: () => cifarResnet(32), head: meanAndLinear('fc') },
  resnet44: { trunk: () => cifarResnet(44), head: meanAndLinear('fc') },
  resnet56: { trunk: () => cifarResnet(56), head: meanAndLinear('fc') },
  resnet50v2: { trunk: () => resnetV2(50), head: resnetV2Head },
  resnet101v2: { trunk: () => resnetV2(101), head: resnetV2Head },
  resnet152v2: { trunk: () => resnetV2(152), head: resnetV2Head },
  densenet121: { trunk: () => denseNet(121), head: meanAndLinear('classifier') },
  densenet169: { trunk: () => denseNet(169), head: meanAndLinear('classifier') },
  densenet201: { trunk: () => denseNet(201), head: meanAndLinear('classifier') },
  vgg11: { trunk: () => vgg(11), head: vggHead },
  vgg13: { trunk: () => vgg(13), head: vggHead },
  vgg16: { trunk: () => vgg(16), head: vggHead },
  vgg19: { trunk: () => vgg(19), head: vggHead },
  'vgg11-bn': { trunk: () => vgg(11, { batchNorm: true }), head: vggHead },
  'vgg13-bn': { trunk: () => vgg(13, { batchNorm: true }), head: vggHead },
  'vgg16-bn': { trunk: () => vgg(16, { batchNorm: true }), head: vggHead },
  'vgg19-bn': { trunk: () => vgg(19, { batchNorm: true }), head: vggHead },
};

/** Mean of the feature map, then one linear layer of that key. */
function meanAndLinear(
  key: string,
): (channels: number, numClasses: number) => Record<string, Module> {
  return (channels, numClasses) => ({
    avgpool: new GlobalAvgPool(),
    [key]: new Linear(channels, numClasses),
  });
}
