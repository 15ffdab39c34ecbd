/** Names of all models with one label a picture; beside the catalog so that help needs no engine. */
export const modelNames = [
  'davidnet',
  'davidnet-athena',
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
  'densenet121',
  'densenet169',
  'densenet201',
] as const;
export type ModelName = (typeof modelNames)[number];
