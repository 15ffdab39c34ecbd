// Eight attributes of a person, a large network of old with dense towers: ResNet-50, ResNet-152-V2 or VGG-16.
//
// Published: tried on 70 to 100 pictures with the network frozen, and left because tuning took too long; no figures.
// Here:      not measured yet.
// Source:    https://github.com/hemanth346/EIP4, Week5, the first steps of the search
// Run:       npx tsx recipes/persons-dense-towers.ts --model resnet50-towers --data /path/to/persons
//
// PATH holds labels.csv and the pictures it names; drawn persons are put there if it is empty or missing. --model takes
// resnet50-towers, resnet152v2-towers and vgg16-towers: the feature map as one row, a dense layer of 512 that all share,
// and for each attribute dropout 0.3, a dense layer of 128 and the last one.
//
// There the frozen network had weights from elsewhere. Here nothing comes from elsewhere: everything learns first, then
// the towers alone.

import { personsTable, recipeArguments, resolveExperiment, runRecipe } from 'ocelli';

const { data, model, epochs, batchSize, size, seed } = recipeArguments({
  data: 'persons',
  model: 'resnet50-towers',
  epochs: 20, // of the first stage
  batchSize: 32,
  size: 224,
  seed: 18,
});

const experiment = resolveExperiment({
  table: await personsTable(data, { size }),
  model,
  imageSize: size,
  batchSize,
  lr: 0.01,
  gradientClip: 5, // the towers have no batch norm
  augmentation: [{ flip: {} }],
  stages: [{ epochs }, { epochs: Math.ceil(epochs / 4), freeze: ['trunk'] }],
  best: 'balancedAccuracy',
  seed,
});

await runRecipe(experiment, { name: `persons-${model}` });
