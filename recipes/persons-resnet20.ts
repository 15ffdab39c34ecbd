// Eight attributes of a person, ResNet-20 whose third stage is there eight times, once for each attribute.
//
// Published: on 13,573 real persons (not public) after 24 epochs, validation accuracy of gender, image quality, age,
//            weight, bag, footwear, emotion, pose: .7631 .5640 .3886 .6487 .6119 .6477 .7046 .7238, 90 s an epoch; the
//            epoch of the least loss, 22: .7666 .5761 .4073 .6532 .6159 .6542 .7046 .7475. Always saying the most
//            frequent class: .564 .552 .396 .646 .562 .446 .708 .613.
// Here:      not measured yet.
// Source:    https://github.com/abhinavdayal/EIP_Session5, notebook 5
// Run:       npx tsx recipes/persons-resnet20.ts --data /path/to/persons
//
// PATH holds labels.csv and the pictures it names; drawn persons are put there if it is empty or missing. The network has
// 1,727,872 numbers. The rate goes up and down in cycles of 4,000 steps; the loss is least where it is lowest, so the
// best epoch counts and not the last.

import { personsTable, recipeArguments, resolveExperiment, runRecipe } from 'ocelli';

const { data, epochs, batchSize, size, seed } = recipeArguments({
  data: 'persons',
  epochs: 24,
  batchSize: 32,
  size: 224,
  seed: 40,
});

const experiment = resolveExperiment({
  table: await personsTable(data, { size }),
  corrections: ['bodypose = Back => emotion := Neutral'],
  model: 'resnet20-towers',
  imageSize: size,
  epochs,
  batchSize,
  lr: 0.02,
  schedule: 'cyclic',
  scheduleOptions: { base: 1e-4, stepEpochs: 2000 / 361 },
  weightDecay: 2e-4,
  attributes: {
    gender: { lossWeight: 0.3 },
    imagequality: { lossWeight: 0.8 },
    age: { lossWeight: 1 },
    weight: { lossWeight: 0.8 },
    carryingbag: { lossWeight: 0.5 },
    footwear: { lossWeight: 0.7 },
    emotion: { lossWeight: 0.9 },
    bodypose: { lossWeight: 0.4 },
  },
  augmentation: [
    { randomErase: { probability: 0.5, area: [0.04, 0.08], fit: 'move', fill: 'mean' } },
    { cropZoom: { probability: 0.5, area: [0.75, 0.95] } },
    { brightness: { add: 0.3, probability: 0.5 } },
    { flip: {} },
  ],
  best: 'loss',
  seed,
});

await runRecipe(experiment, { name: 'persons-resnet20' });
