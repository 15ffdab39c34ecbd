import { GlobalAvgPool, Linear, type Module } from '@ocelli/torch';
import { airbenchHead, airbenchTrunk } from './airbench.ts';
import type { Architecture } from './architecture.ts';
import { cifar10V1Head, cifar10V1Trunk, cifar10V2Head, cifar10V2Trunk } from './cifar10Nets.ts';
import { convNeXtHead, convNeXtTiny } from './convNeXt.ts';
import { davidNetHead, davidNetTrunk } from './davidNet.ts';
import { davidNetAthenaHead, davidNetAthenaTrunk } from './davidNetAthena.ts';
import { denseNet } from './denseNet.ts';
import { linearTower } from './denseTower.ts';
import { efficientNet, efficientNetHead } from './efficientNet.ts';
import { inceptionV4, inceptionV4Head } from './inceptionV4.ts';
import { mnistNetHead, mnistNetTrunk } from './mnistNet.ts';
import { mobileNetV3, mobileNetV3Head } from './mobileNetV3.ts';
import type { ClassifierName } from './modelNames.ts';
import { cifarResnet } from './residualNet.ts';
import { resnet, type ResNetDepth, type ResNetOptions } from './resnet.ts';
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
  'davidnet-athena': {
    trunk: davidNetAthenaTrunk,
    head: davidNetAthenaHead,
    isOfFixedSize: true,
  },
  'airbench94-silu': {
    trunk: () => airbenchTrunk({ activation: 'silu' }),
    head: airbenchHead,
    tower: linearTower({ pool: 'max', bias: false, logitScale: 1 / 9 }),
  },
  'resnet-small': { trunk: resnetSmallTrunk, head: resnetSmallHead, isOfFixedSize: true },
  resnet18: resnetWith(18),
  resnet34: resnetWith(34),
  resnet50: resnetWith(50),
  resnet101: resnetWith(101),
  resnet152: resnetWith(152),
  'resnet18-cifar': resnetWith(18, { stem: 'cifar' }),
  'resnet34-cifar': resnetWith(34, { stem: 'cifar' }),
  'resnet50-cifar': resnetWith(50, { stem: 'cifar' }),
  'resnet101-cifar': resnetWith(101, { stem: 'cifar' }),
  'resnet152-cifar': resnetWith(152, { stem: 'cifar' }),
  resnet20: { trunk: () => cifarResnet(20), head: meanAndLinear('fc') },
  resnet32: { trunk: () => cifarResnet(32), head: meanAndLinear('fc') },
  resnet44: { trunk: () => cifarResnet(44), head: meanAndLinear('fc') },
  resnet56: { trunk: () => cifarResnet(56), head: meanAndLinear('fc') },
  'resnext50-32x4d': resnetWith(50, { groups: 32, widthPerGroup: 4 }),
  'resnext101-32x8d': resnetWith(101, { groups: 32, widthPerGroup: 8 }),
  'wide-resnet50-2': resnetWith(50, { widthPerGroup: 128 }),
  'wide-resnet101-2': resnetWith(101, { widthPerGroup: 128 }),
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
  'mobilenet-v3-large': { trunk: () => mobileNetV3('large'), head: mobileNetV3Head },
  'mobilenet-v3-small': { trunk: () => mobileNetV3('small'), head: mobileNetV3Head },
  'efficientnet-b0': { trunk: () => efficientNet('b0'), head: efficientNetHead },
  'efficientnet-b1': { trunk: () => efficientNet('b1'), head: efficientNetHead },
  'efficientnet-b2': { trunk: () => efficientNet('b2'), head: efficientNetHead },
  'efficientnet-b3': { trunk: () => efficientNet('b3'), head: efficientNetHead },
  'convnext-tiny': { trunk: convNeXtTiny, head: convNeXtHead },
  'inception-v4': { trunk: inceptionV4, head: inceptionV4Head },
  'mnist-net': { trunk: mnistNetTrunk, head: mnistNetHead, isOfFixedSize: true },
  'cifar10-v1': { trunk: cifar10V1Trunk, head: cifar10V1Head, isOfFixedSize: true },
  'cifar10-v2': { trunk: cifar10V2Trunk, head: cifar10V2Head, isOfFixedSize: true },
};

function resnetWith(depth: ResNetDepth, options: ResNetOptions = {}): Architecture {
  return { trunk: () => resnet(depth, options), head: meanAndLinear('fc') };
}

/** Mean of the feature map, then one linear layer of that key. */
function meanAndLinear(
  key: string,
): (channels: number, numClasses: number) => Record<string, Module> {
  return (channels, numClasses) => ({
    avgpool: new GlobalAvgPool(),
    [key]: new Linear(channels, numClasses),
  });
}
