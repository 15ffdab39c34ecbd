// CIFAR-10, DavidNet with one cycle of the learning rate: up for five epochs, down for nineteen.
//
// Published: 90.05 % after 24 epochs of 16 s each on one GPU, with the best of seven peaks.
// Here:      not run to its end yet.
// Source:    assignment 11 of the course EVA5, github.com/firekind/athena; one cycle: Smith and Topin 2018,
//            https://arxiv.org/abs/1708.07120; the network: D. Page, How to Train Your ResNet
// Run:       npx tsx recipes/cifar10-davidnet-onecycle.ts --data /path/to/cifar10
//
// The peak was chosen around the suggestion of a learning rate finder, 0.00794; `ocelli find-lr` finds one's own.

import { manualSeed, SGD } from '@ocelli/torch';
import {
  classificationLoss,
  createModel,
  cutout,
  disposeBatch,
  evaluate,
  evaluationLine,
  horizontalFlip,
  normalize,
  oneCycle,
  openPictures,
  orderedBatches,
  randomCrop,
  recipeArguments,
  RunningTotals,
  scoresOf,
  setLearningRate,
  setMomentum,
  shuffledBatches,
  storedConstants,
  trainStep,
} from 'ocelli';

const { data, epochs, seed, batchSize, device, peakLr, peakEpoch } = recipeArguments({
  data: '', // a folder, an archive, or nothing: the published data set
  epochs: 24,
  seed: 0,
  batchSize: 512,
  device: 'cpu',
  peakLr: 0.0275,
  peakEpoch: 5,
});

// Pictures as the package had them by default: normalized by the deviation of pictures on average, which is
// smaller than the one of all pixels; padded to 40 with the mean colour, cut to 32, mirrored, half of them with
// a hole of 8 pixels.
const { mean, std } = storedConstants['cifar10-image-deviations'];
const toInput = normalize({ mean, std });
const transforms = [
  toInput,
  randomCrop({ size: 32, padding: 4, mode: 'constant' }),
  horizontalFlip(),
  cutout({ size: 8, probability: 0.5 }),
];
const pictures = await openPictures(data === '' ? {} : { path: data });
const test = pictures.test ?? pictures.train;
const training = shuffledBatches(pictures.train, { batchSize, seed, device, transforms });
const testing = orderedBatches(test, { batchSize, device, transforms: [toInput] });

manualSeed(seed);
const numClasses = pictures.classes.length;
const model = createModel('davidnet-athena', { numClasses }).to({
  device,
  memoryFormat: 'channelsLast',
});
const optimizer = new SGD(model.parameters(), { lr: 0, momentum: 0.95, weightDecay: 5e-4 });
const loss = classificationLoss({ reduction: 'mean' });

const totalSteps = epochs * training.stepsPerEpoch;
const peak = Math.min(peakEpoch / 24, 0.9); // a shorter run peaks as early for its length
const { lrAt, momentumAt } = oneCycle({ max: peakLr, totalSteps, peak, divFactor: 8 });

let step = 0;
const startedAt = performance.now();
for (let epoch = 1; epoch <= epochs; epoch++) {
  const totals = new RunningTotals(device);
  model.train();
  for (const batch of training.batches(epoch, 0)) {
    setLearningRate(optimizer, lrAt(step));
    setMomentum(optimizer, momentumAt(step++));
    trainStep(batch, { model, optimizer, loss }, (outcome) => totals.add(outcome));
    disposeBatch(batch);
  }
  const train = scoresOf(totals.read());
  totals.dispose();
  const scores = await evaluate(model, testing, { device });
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `epoch: ${epoch}  lr: ${lrAt(step - 1).toFixed(5)}  train loss: ${train.loss.toFixed(4)}` +
      `  train acc: ${train.accuracy.toFixed(4)}  time: ${seconds.toFixed(2)}`,
  );
  if (scores) console.log(evaluationLine({ split: 'test', scores }));
}
