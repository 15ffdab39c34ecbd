// CIFAR-10, DavidNet: how a picture learner is trained in twenty epochs, the loop written out.
//
// Published: 94.1 % after 20 epochs in 416 s on one GPU; 59.88 % after the first epoch, 25 s.
// Here:      68.11 % after one epoch (--epochs 1, seed 0), libtorch 1.13.1, two cores of an Intel Xeon with
//            AVX-512 that others used too, 2026-11-22, commit 0dbeeb9. The same settings through
//            `ocelli train` on an idle machine: 67.80 % in 217 s; see docs/proofs.md.
//            On one H100 in bfloat16: 93.61 % after 24 epochs, about a second each (--device cuda, 2026-11-27).
// Source:    D. Page, How to Train Your ResNet, https://myrtle.ai/learn/how-to-train-your-resnet/
// Run:       npx tsx recipes/cifar10-davidnet.ts --data /path/to/cifar10 --epochs 1
//
// One thing differs from the published run: there the weight decay was added to a copy of each gradient
// and thrown away, so nothing decayed. Here it decays; --weight-decay 0 does what really ran.

import { manualSeed, SGD } from '@ocelli/torch';
import {
  CIFAR10_CONSTANTS,
  classificationLoss,
  DavidNet,
  disposeBatch,
  evaluate,
  evaluationLine,
  horizontalFlip,
  normalize,
  openPictures,
  orderedBatches,
  randomCrop,
  recipeArguments,
  RunningTotals,
  scoresOf,
  setLearningRate,
  shuffledBatches,
  StepGraph,
  trainStep,
  triangle,
} from 'ocelli';

const { data, epochs, seed, batchSize, device, weightDecay } = recipeArguments({
  data: '', // a folder, an archive, or nothing: the published data set
  epochs: 20,
  seed: 0,
  batchSize: 512,
  device: 'cpu', // on cuda products and convolutions are bfloat16, and a step is a CUDA graph
  weightDecay: 5e-4,
});

const peakLr = 0.4; // of one picture's mean loss; see `perStep`
const momentum = 0.9;

// The loss of a step is the sum over its pictures, so its gradients are batchSize times those of a mean.
// Dividing the rate by that evens it out; the decay is no part of the loss and has to be multiplied.
const perStep = 1 / batchSize;

// Pictures: reflected by 4 pixels, cut back to 32, half of them mirrored, then mean 0 and deviation 1.
const pictures = await openPictures(data === '' ? {} : { path: data });
const test = pictures.test ?? pictures.train;
const { mean, std } = CIFAR10_CONSTANTS;
const toInput = normalize({ mean, std });
const transforms = [
  randomCrop({ size: 32, padding: 4, mode: 'reflect' }),
  horizontalFlip(),
  toInput,
];
const training = shuffledBatches(pictures.train, { batchSize, seed, device, transforms });
const testing = orderedBatches(test, { batchSize, device, transforms: [toInput] });

// Network and optimizer.
manualSeed(seed);
const numClasses = pictures.classes.length;
const model = new DavidNet({ numClasses }).to({ device, memoryFormat: 'channelsLast' });
const optimizer = new SGD(model.parameters(), {
  lr: 0,
  momentum,
  nesterov: true,
  weightDecay: weightDecay * batchSize,
});
const loss = classificationLoss({ reduction: 'sum' });
const fast =
  device === 'cpu' ? {} : ({ precision: 'bfloat16', graph: new StepGraph(device) } as const);

// From 0 to the peak in a quarter of the run, and down to 0: a new rate for every step.
const { stepsPerEpoch } = training;
const lrAt = triangle({ epochs, stepsPerEpoch, peak: peakLr });

let step = 0;
const startedAt = performance.now();
for (let epoch = 1; epoch <= epochs; epoch++) {
  const totals = new RunningTotals(device);
  model.train();
  for (const batch of training.batches(epoch, 0)) {
    setLearningRate(optimizer, lrAt(step++) * perStep);
    trainStep(batch, { model, optimizer, loss, ...fast }, (outcome) => totals.add(outcome));
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
  if (scores) console.log(evaluationLine({ split: 'test', scores }));
}
