// Eight attributes of a person, separable convolutions: small enough for a small machine, a tower for each attribute.
//
// Published: on 13,573 real persons (not public) after 10 epochs, validation accuracy of gender, image quality, age,
//            weight, bag, footwear, emotion, pose: .7732 .3226 .3891 .6447 .5393 .5872 .7077 .6865, 505 s an epoch.
//            Always saying the most frequent class: .564 .552 .396 .646 .562 .446 .708 .613.
// Here:      not measured yet.
// Source:    https://github.com/abhinavdayal/EIP_Session5, notebook 4
// Run:       npx tsx recipes/persons-separable.ts --data /path/to/persons
//
// PATH holds labels.csv and the pictures it names; drawn persons are put there if it is empty or missing. The network has
// 4,128,827 numbers. A penalty of 1e-4 on the squares of the weights is a decay of 2e-4.

import { personsTable, recipeArguments, resolveExperiment, runRecipe } from 'ocelli';

const { data, epochs, batchSize, size, seed } = recipeArguments({
  data: 'persons',
  epochs: 10,
  batchSize: 32,
  size: 224,
  seed: 40,
});

const experiment = resolveExperiment({
  table: await personsTable(data, { size }),
  corrections: ['bodypose = Back => emotion := Neutral'],
  model: 'separable-towers',
  imageSize: size,
  epochs,
  batchSize,
  lr: 0.001,
  schedule: 'constant',
  weightDecay: 2e-4,
  augmentation: [
    { randomErase: { probability: 0.5, area: [0.04, 0.08], fit: 'move', fill: 'mean' } },
    { cropZoom: { probability: 0.5, area: [0.75, 0.95] } },
    { brightness: { add: 0.3, probability: 0.5 } },
    { flip: {} },
  ],
  best: 'balancedAccuracy',
  seed,
});

await runRecipe(experiment, { name: 'persons-separable' });
