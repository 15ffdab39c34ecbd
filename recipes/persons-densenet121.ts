// Eight attributes of a person, DenseNet-121 with a tower for each, trained in five stages.
//
// Published: on 13,573 real persons (not public), validation accuracy of gender, image quality, age, weight, bag,
//            footwear, emotion, pose: .8889 .5848 .4474 .6528 .6979 .6706 .7044 .8571, loss 6.1140, with about 55
//            epochs in all. Always saying the most frequent class: .552 .565 .388 .647 .556 .430 .705 .620.
// Here:      not measured yet.
// Source:    https://github.com/baronrogers5/person-classifier
// Run:       npx tsx recipes/persons-densenet121.ts --data /path/to/persons
//
// PATH holds labels.csv and the pictures it names; drawn persons are put there if it is empty or missing. The network has
// 8,123,355 numbers. No weights but its own: each stage begins with the best of the one before.
//
// There, mean and deviation were those of red, green and blue applied to blue, green and red, and had seen the validation
// part; here they are those of the training part at each stage's size. The trunk's statistics stay as they are while it
// is frozen.

import { personsTable, recipeArguments, resolveExperiment, runRecipe } from 'ocelli';

const { data, epochs, batchSize, size, seed } = recipeArguments({
  data: 'persons',
  epochs: 50, // of each stage at most; patience ends most of them after 8 to 16
  batchSize: 32,
  size: 200, // of the last two stages; the first three see half of it
  seed: 42,
});

const small = Math.round(size / 2);

const gentle = [
  { shift: { width: 0.2, height: 0.1 } },
  { zoom: { factor: 0.2, keepAspect: false } },
  { flip: {} },
];
const aggressive = [
  ...gentle,
  { randomErase: { probability: 0.5, area: [0.01, 0.2], aspect: [0.1, 1], fill: 'colour' } },
];

/** The rate falls by 0.7 when the validation loss has not fallen for three epochs. */
const plateau = { monitor: 'loss', factor: 0.7, patience: 3, min: 1e-6, minDelta: 1e-3 };

const experiment = resolveExperiment({
  table: await personsTable(data, { size }),
  model: 'densenet121-towers',
  optimizer: 'adam',
  epochs,
  batchSize,
  schedule: 'reduceOnPlateau',
  scheduleOptions: plateau,
  best: 'loss',
  patience: 8,
  minDelta: 1e-3,
  augmentation: gentle,
  stages: [
    { imageSize: small, lr: 9e-4 },
    { imageSize: small, lr: 2e-3, freeze: ['trunk'] },
    { imageSize: small, lr: 1e-4, augmentation: aggressive },
    { imageSize: size, lr: 3.43e-4 },
    { imageSize: size, lr: 1e-4, freeze: ['trunk'] },
  ],
  seed,
});

await runRecipe(experiment, { name: 'persons-densenet121' });
