import { didYouMean, GlobalAvgPool, Linear, type Module, optionError } from '@ocelli/torch';
import { Classifier } from './classifier.ts';
import { DavidNet } from './davidNet.ts';
import { DavidNetAthena } from './davidNetAthena.ts';
import { denseNet, type DenseNetDepth } from './denseNet.ts';
import { type ModelName, modelNames } from './modelNames.ts';
import { resnet, type ResNetDepth, type ResNetOptions } from './resnet.ts';
import { ResnetSmall } from './resnetSmall.ts';
import type { Trunk } from './trunk.ts';

/** Makes a model that gives a picture one label: `(N, 3, H, W)` → logits `(N, numClasses)`. */
export type ModelFactory = (options: { numClasses: number }) => Module;

/** Every model with one label a picture, by the name it has in experiments and on the command line. */
export const catalog: Readonly<Record<ModelName, ModelFactory>> = {
  davidnet: (options) => new DavidNet(options),
  'davidnet-athena': (options) => new DavidNetAthena(options),
  'resnet-small': (options) => new ResnetSmall(options),
  resnet18: resnetOf(18),
  resnet34: resnetOf(34),
  resnet50: resnetOf(50),
  resnet101: resnetOf(101),
  resnet152: resnetOf(152),
  'resnet18-cifar': resnetOf(18, { stem: 'cifar' }),
  'resnet34-cifar': resnetOf(34, { stem: 'cifar' }),
  'resnet50-cifar': resnetOf(50, { stem: 'cifar' }),
  'resnet101-cifar': resnetOf(101, { stem: 'cifar' }),
  'resnet152-cifar': resnetOf(152, { stem: 'cifar' }),
  densenet121: denseNetOf(121),
  densenet169: denseNetOf(169),
  densenet201: denseNetOf(201),
};

/**
 * Makes the model of that name, its weights drawn from the current random state.
 *
 * @throws {OptionError} if there is none, with the nearest name.
 */
export function createModel(name: string, options: { numClasses: number }): Module {
  const known = modelNames.find((one) => one === name);
  if (known !== undefined) return catalog[known](options);
  throw optionError(
    'createModel',
    'name',
    'a model of the catalog',
    name,
    didYouMean(name, modelNames),
  );
}

function resnetOf(depth: ResNetDepth, options: ResNetOptions = {}): ModelFactory {
  return ({ numClasses }) => pooledClassifier(resnet(depth, options), ['fc', numClasses]);
}

function denseNetOf(depth: DenseNetDepth): ModelFactory {
  return ({ numClasses }) => pooledClassifier(denseNet(depth), ['classifier', numClasses]);
}

/** Mean over the feature map, then one linear layer of that key. */
function pooledClassifier(trunk: Trunk, [key, numClasses]: readonly [string, number]): Classifier {
  const linear = new Linear(trunk.outChannels, numClasses);
  return new Classifier(trunk, { avgpool: new GlobalAvgPool(), [key]: linear });
}
