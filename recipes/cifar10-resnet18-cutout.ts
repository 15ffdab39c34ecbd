// CIFAR-10, ResNet-18 for small pictures, 150 epochs with a hole of 16 pixels alone: what the first of our models really did.
//
// Published: 88.96 % reported at epoch 111; its log has 89.03 % at epoch 56 and 88.88 % at the end;
//            67-69 s an epoch on one GPU of that time.
// Here:      not run to its end yet.
// Source:    assignment 9 of the course EVA5, github.com/firekind/athena; the network is that of He et al. 2015,
//            https://arxiv.org/abs/1512.03385
// Run:       npx tsx recipes/cifar10-resnet18-cutout.ts --data /path/to/cifar10
//
// Half of the pictures get one black square of 16 pixels, before they are normalized; nothing else is random.
// There the pixels went in 255 times too large: their range was 0 to 255 and the constants were for 0 to 1. Here they
// are normalized; --scale 255 does what really ran.

import { manualSeed, SGD } from '@ocelli/torch';
import {
  classificationLoss,
  createModel,
  cutout,
  disposeBatch,
  evaluate,
  evaluationLine,
  normalize,
  openPictures,
  orderedBatches,
  recipeArguments,
  RunningTotals,
  scoresOf,
  setLearningRate,
  shuffledBatches,
  stepDecay,
  trainStep,
} from 'ocelli';

const { data, epochs, seed, batchSize, device, scale } = recipeArguments({
  data: '', // a folder, an archive, or nothing: the published data set
  epochs: 150,
  seed: 0,
  batchSize: 128,
  device: 'cpu',
  scale: 1,
});

const pictures = await openPictures(data === '' ? {} : { path: data });
const test = pictures.test ?? pictures.train; // also looked at after every epoch there: nothing was held back
const mean = [0.4914, 0.4822, 0.4465].map((value) => (255 * value) / scale);
const std = [0.2023, 0.1994, 0.201].map((value) => (255 * value) / scale);
const toInput = normalize({ mean, std });
const transforms = [cutout({ size: 16, probability: 0.5, fill: 0 }), toInput];
const training = shuffledBatches(pictures.train, { batchSize, seed, device, transforms });
const testing = orderedBatches(test, { batchSize, device, transforms: [toInput] });

manualSeed(seed);
const numClasses = pictures.classes.length;
const model = createModel('resnet18-cifar', { numClasses }).to({
  device,
  memoryFormat: 'channelsLast',
});
const optimizer = new SGD(model.parameters(), { lr: 0, momentum: 0.9, weightDecay: 5e-4 });
const loss = classificationLoss({ reduction: 'mean' });

// A tenth after every 50 epochs.
const { stepsPerEpoch } = training;
const lrAt = stepDecay({ lr: 0.1, every: 50 * stepsPerEpoch, factor: 0.1 });

let step = 0;
let best = { epoch: 0, accuracy: -1 };
const startedAt = performance.now();
for (let epoch = 1; epoch <= epochs; epoch++) {
  const totals = new RunningTotals(device);
  model.train();
  for (const batch of training.batches(epoch, 0)) {
    setLearningRate(optimizer, lrAt(step++));
    trainStep(batch, { model, optimizer, loss }, (outcome) => totals.add(outcome));
    disposeBatch(batch);
  }
  const train = scoresOf(totals.read());
  totals.dispose();
  const scores = await evaluate(model, testing, { device });
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `epoch: ${epoch}  lr: ${lrAt(step).toFixed(4)}  train loss: ${train.loss.toFixed(4)}` +
      `  train acc: ${train.accuracy.toFixed(4)}  time: ${seconds.toFixed(2)}`,
  );
  if (scores === undefined) continue;
  console.log(evaluationLine({ split: 'test', scores }));
  if (scores.accuracy > best.accuracy) best = { epoch, accuracy: scores.accuracy };
}
console.log(`best: ${(100 * best.accuracy).toFixed(2)} % in epoch ${best.epoch}`);
