// Eight attributes of a person, plain convolutions: four halvings that all share, two more and four layers for each.
//
// Published: defined beside the split ResNet-20, and never trained on record.
// Here:      not measured yet.
// Source:    https://github.com/abhinavdayal/EIP_Session5, notebook 5, the model that is not separable
// Run:       npx tsx recipes/persons-plain.ts --data /path/to/persons
//
// PATH holds labels.csv and the pictures it names; drawn persons are put there if it is empty or missing. The settings are
// those of the separable network, its nearest relative; see persons-separable.ts.

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
  model: 'plain-towers',
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

await runRecipe(experiment, { name: 'persons-plain' });
