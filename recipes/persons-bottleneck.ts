// Eight attributes of a person, a tower of bottlenecks chosen by how much of the picture it sees, and its variants.
//
// Published: on 13,573 real persons (not public), validation accuracy of gender, image quality, age, weight, bag,
//            footwear, emotion, pose: epoch 26 .6452 .4818 .3976 .6299 .5773 .6280 .6944 .7008; epoch 41 .7185 .3376
//            .4154 .6309 .5910 .6437 .6959 .7224; about 855 s an epoch. The headline figures (.8171 .5955 .4130 .6359
//            .6286 .6712 .7143 .7713) are those of the training part. Always saying the most frequent class: .558 .558
//            .402 .631 .562 .438 .698 .623.
// Here:      not measured yet.
// Source:    https://github.com/hemanth346/EIP4, Week5
// Run:       npx tsx recipes/persons-bottleneck.ts --data /path/to/persons
//
// PATH holds labels.csv and the pictures it names; drawn persons are put there if it is empty or missing. The network has
// 1,779,707 numbers. --model takes the variants it was chosen from: bottleneck-towers-noskip, -separable, -shallow,
// -residual, -wide, -wide-separable, and resnet50-towers. They were compared by whether they can learn 500 pictures by
// heart in 20 epochs.
//
// There, an epoch walked all pictures as they are and then all of them changed; here each picture is one or the other by
// the toss of a coin, and an epoch is half as long. Pixels are normalized by their statistics, not divided by 255 alone.

import { personsTable, recipeArguments, resolveExperiment, runRecipe } from 'ocelli';

const { data, model, epochs, batchSize, size, seed } = recipeArguments({
  data: 'persons',
  model: 'bottleneck-towers',
  epochs: 50,
  batchSize: 8,
  size: 224,
  seed: 18,
});

// Each by what shall not matter: position, light, shade, what stands in front.
const changed = [
  { flip: {} },
  { brightness: { multiply: [0.2, 0.8] } },
  { channelShift: { amount: 100, unit: 'levels' } },
  { randomErase: { probability: 0.5, area: [0.02, 0.2], aspect: [0.2, 3.33], fill: 'colour' } },
];

const experiment = resolveExperiment({
  table: await personsTable(data, { size }),
  model,
  imageSize: size,
  epochs,
  batchSize,
  lr: 0.001,
  schedule: 'step',
  scheduleOptions: { every: 10, factor: 0.5 },
  nesterov: false,
  weightDecay: 0,
  augmentation: [{ sometimes: { probability: 0.5, transforms: changed } }],
  best: 'loss',
  seed,
});

await runRecipe(experiment, { name: `persons-${model}` });
