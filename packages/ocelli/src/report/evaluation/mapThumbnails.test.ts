import { Conv2d, GlobalAvgPool, Linear, type Module, Sequential } from '@ocelli/torch';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { noisePictures, tinyModel } from '../../../test/tinyTraining.ts';
import { readWindow, windowReader } from '../../../test/windowReader.ts';
import { worstCases } from '../../metrics/hardCases.ts';
import { oneView } from '../../train/evaluation/views.ts';
import type { AnsweringModel } from '../../train/predict/predictor.ts';
import { mapThumbnails } from './mapThumbnails.ts';

const classes = ['bright', 'dark', 'mixed'];

function answering(model: Module): AnsweringModel {
  return {
    model: model.eval(),
    experiment: { device: 'cpu', attributes: null, fit: 'cover', maxPixels: 100 },
    pictures: { height: 8, width: 8, mean: [128, 128, 128], std: [64, 64, 64] },
    labelNames: { classes },
    views: oneView,
    calibration: new Map(),
  };
}

const dataset = noisePictures(30);
/** Every answer is `bright`, which is right for every third picture. */
const predictions = {
  name: 'label',
  classes,
  labels: dataset.labels,
  probabilities: Float32Array.from({ length: 90 }, (_, index) => [0.5, 0.3, 0.2][index % 3] ?? 0),
};

test('the worst cases that a report shows have a map each, of the size of a thumbnail', async () => {
  const { label = {} } = await mapThumbnails(answering(tinyModel()), dataset, [predictions]);
  const shown = worstCases(predictions).slice(0, 12);
  expect(Object.keys(label).map(Number)).toEqual(
    shown.map(({ index }) => index).toSorted((a, b) => a - b),
  );
  const [first = ''] = Object.values(label);
  const { width, height } = await sharp(
    Buffer.from(first.split(',')[1] ?? '', 'base64'),
  ).metadata();
  expect([width, height]).toEqual([8, 8]);
});

test('each shows its picture under a map that is light where the model looks', async () => {
  const thumbnails = await mapThumbnails(answering(windowReader(3)), dataset, [predictions]);
  const inWindow = readWindow().flatten().toArray() as number[];
  const uris = Object.values(thumbnails['label'] ?? {});
  expect(uris).toHaveLength(12);
  for (const uri of uris) {
    const jpeg = Buffer.from(uri.split(',')[1] ?? '', 'base64');
    const greys = await sharp(jpeg).greyscale().raw().toBuffer();
    const meanOf = (part: number): number => {
      const own = greys.filter((_, pixel) => inWindow[pixel] === part);
      return own.reduce((a, b) => a + b, 0) / own.length;
    };
    // The colours of 1/3 to 1 against those of 0, at 60 %; the rest is noise, the same on average.
    expect(meanOf(1) - meanOf(0)).toBeGreaterThan(40);
  }
});

test('a model that keeps no places has none', async () => {
  const flat = new Sequential(new GlobalAvgPool(), new Linear(3, 3));
  expect(await mapThumbnails(answering(flat), dataset, [predictions])).toEqual({});
  const looking = new Sequential(new Conv2d(3, 4, 3), new GlobalAvgPool(), new Linear(4, 3));
  expect(Object.keys(await mapThumbnails(answering(looking), dataset, [predictions]))).toEqual([
    'label',
  ]);
});
