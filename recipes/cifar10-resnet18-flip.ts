// CIFAR-10, ResNet-18 for small pictures, 150 epochs with mirroring alone: what the first of our models really did.
//
// Published: 91.75 % reported at epoch 99; its log has 91.76 % at epoch 113 and 91.62 % at the end;
//            67-69 s an epoch on one GPU of that time.
// Here:      not run to its end yet.
// Source:    assignment 9 of the course EVA5, github.com/firekind/athena; the network is that of He et al. 2015,
//            https://arxiv.org/abs/1512.03385
// Run:       npx tsx recipes/cifar10-resnet18-flip.ts --data /path/to/cifar10
//
// Its random crop cut 32 pixels out of 32: it did nothing, so only the mirroring ran. That is what runs here.
// There the pixels went in 255 times too large: their range was 0 to 255 and the constants were for 0 to 1. Here they
// are normalized; --scale 255 does what really ran.

import { manualSeed, SGD } from '@ocelli/torch';
import {
  classificationLoss,
  createModel,
  disposeBatch,
  evaluate,
  evaluationLine,
  horizontalFlip,
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
const transforms = [horizontalFlip(), toInput];
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
