// One way from a picture file to the network's input: training, evaluation and prediction agree.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed, noGrad, setNumThreads, type Tensor } from '@ocelli/torch';
import {
  buildModel,
  createRunFolder,
  evaluationBatches,
  loadTrainedModel,
  openRunData,
  predictFile,
  resolveExperiment,
  type RunData,
  saveWeights,
  type TrainedModel,
  writeLabels,
  writeRunRecord,
  headsOf,
} from 'ocelli';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'ocelli-path-'));
const pictures = join(folder, 'pictures');

afterAll(() => rmSync(folder, { recursive: true }));

/** Pictures that every careless path would treat differently: sizes, a turned JPEG, transparency. */
async function drawPictures(): Promise<void> {
  for (const split of ['train', 'test']) {
    for (const [label, name] of ['left', 'right'].entries()) {
      const place = join(pictures, split, name);
      mkdirSync(place, { recursive: true });
      const background = { r: 200 - 90 * label, g: 40, b: 60 + 120 * label, alpha: 0.7 };
      const noise = { type: 'gaussian', mean: 110, sigma: 50 } as const;
      const plain = sharp({ create: { width: 30, height: 20, channels: 4, background } });
      const noisy = sharp({ create: { width: 40, height: 24, channels: 3, background, noise } });
      await plain.png().toFile(join(place, 'plain.png'));
      await noisy.jpeg().withMetadata({ orientation: 6 }).toFile(join(place, 'turned.jpg'));
    }
  }
}

let data: RunData;
let trained: TrainedModel;

beforeAll(async () => {
  setNumThreads(1);
  await drawPictures();
  const experiment = resolveExperiment({ data: pictures, imageSize: 16, seed: 3 });
  data = await openRunData(experiment, { cacheFolder: join(folder, 'cache') });
  const run = createRunFolder(join(folder, 'runs'), 'path');
  writeRunRecord(run, { experiment, pictures: data.facts });
  writeLabels(run, data.facts.labelNames);
  manualSeed(3);
  const model = buildModel(experiment, headsOf(data.facts.labelNames));
  saveWeights(run.weights, 'best', { model, epoch: 1, step: 1 });
  trained = loadTrainedModel(run);
}, 60_000);

test('a picture file predicted alone has the probabilities that it has in an evaluation', async () => {
  const { dataset } = data.validation;
  const [batch] = evaluationBatches(dataset, data.facts, {
    batchSize: 100,
    device: 'cpu',
  }).batches();
  if (batch === undefined) throw new Error('there is no batch');
  const evaluated = noGrad(
    () => (trained.model.forward(batch.images) as Tensor).softmax(1), // of a model of one label
  ).toArray() as number[][];
  const [{ classes } = { classes: [] }] = headsOf(trained.labelNames);
  for (const [index, probabilities] of evaluated.entries()) {
    const file = join(pictures, dataset.nameOf(index));
    const predicted = await predictFile(file, trained);
    const byLabel = new Map(predicted.map(({ label, probability }) => [label, probability]));
    for (const [label, name] of classes.entries()) {
      expect(byLabel.get(name), dataset.nameOf(index)).toBeCloseTo(probabilities[label] ?? NaN, 5);
    }
  }
  // Pictures that look alike to the model would prove nothing: twenty times what is compared above.
  const chances = evaluated.map(([first = NaN]) => first);
  expect(Math.max(...chances) - Math.min(...chances)).toBeGreaterThan(0.0001);
});
