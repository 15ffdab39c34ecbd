// Beside the catalog, so that help and settings need no engine.

/** Networks made for many attributes of one picture of a person. */
export const personSystemNames = [
  'davidnet-heads',
  'separable-towers',
  'plain-towers',
  'resnet20-towers',
  'densenet121-towers',
  'resnet50-towers',
  'resnet152v2-towers',
  'vgg16-towers',
  'bottleneck-towers',
  'bottleneck-towers-noskip',
  'bottleneck-towers-separable',
  'bottleneck-towers-shallow',
  'bottleneck-towers-residual',
  'bottleneck-towers-wide',
  'bottleneck-towers-wide-separable',
] as const;
export type PersonSystemName = (typeof personSystemNames)[number];

/** Networks that give a picture one label; each also takes heads. */
export const classifierNames = [
  'davidnet',
  'davidnet-athena',
  'airbench94-silu',
  'resnet-small',
  'resnet18',
  'resnet34',
  'resnet50',
  'resnet101',
  'resnet152',
  'resnet18-cifar',
  'resnet34-cifar',
  'resnet50-cifar',
  'resnet101-cifar',
  'resnet152-cifar',
  'resnet20',
  'resnet32',
  'resnet44',
  'resnet56',
  'resnext50-32x4d',
  'resnext101-32x8d',
  'wide-resnet50-2',
  'wide-resnet101-2',
  'resnet50v2',
  'resnet101v2',
  'resnet152v2',
  'densenet121',
  'densenet169',
  'densenet201',
  'vgg11',
  'vgg13',
  'vgg16',
  'vgg19',
  'vgg11-bn',
  'vgg13-bn',
  'vgg16-bn',
  'vgg19-bn',
  'mobilenet-v3-large',
  'mobilenet-v3-small',
  'efficientnet-b0',
  'efficientnet-b1',
  'efficientnet-b2',
  'efficientnet-b3',
  'convnext-tiny',
  'inception-v4',
  'mnist-net',
  'cifar10-v1',
  'cifar10-v2',
] as const;
export type ClassifierName = (typeof classifierNames)[number];

/** Names of all models. */
export const modelNames = [...classifierNames, ...personSystemNames] as const;
/** A name in the catalog. */
export type ModelName = (typeof modelNames)[number];
