import { expect, it } from 'vitest';

import { empty, ones, tensor } from '../create.ts';
import { OptionError, ShapeError } from '../errors.ts';
import { celu, dropout, elu, gelu, leakyRelu, softplus } from './activation.ts';
import { divide, nanToNum, roundTo } from './elementwise.ts';
import { bucketize, diagonal, indexPut, oneHot, tril, triu } from './indexing.ts';
import { addmm, qr, svd, vectorNorm } from './linalg.ts';
import { pad, pixelShuffle, repeatInterleave, resize, rot90, unfold } from './movement.ts';
import { batchNorm, groupNorm, layerNorm } from './normalization.ts';
import { adaptiveAvgPool2d, avgPool2d, maxPool2d } from './pooling.ts';
import { bincount, logSumExp, maxAlong, prod, quantile, varMean } from './reduce.ts';

const rows = ones([2, 3]);
const images = ones([1, 2, 4, 4]);

const withUnknownOption: Readonly<Record<string, (options: object) => unknown>> = {
  addmm: (o) => addmm(rows, [ones([2, 2]), rows], o),
  avgPool2d: (o) => avgPool2d(images, 2, o),
  batchNorm: (o) => batchNorm(images, { training: true, ...o }),
  bincount: (o) => bincount(tensor([1n]), o),
  bucketize: (o) => bucketize(rows, tensor([1]), o),
  celu: (o) => celu(rows, o),
  diagonal: (o) => diagonal(rows, o),
  divide: (o) => divide(rows, 2, { rounding: 'floor', ...o }),
  dropout: (o) => dropout(rows, o),
  elu: (o) => elu(rows, o),
  gelu: (o) => gelu(rows, o),
  groupNorm: (o) => groupNorm(images, 2, o),
  indexPut: (o) => indexPut(rows, [tensor([0n])], { values: ones([3]), ...o }),
  layerNorm: (o) => layerNorm(rows, [3], o),
  leakyRelu: (o) => leakyRelu(rows, o),
  logSumExp: (o) => logSumExp(rows, [0], o),
  maxAlong: (o) => maxAlong(rows, 0, o),
  maxPool2d: (o) => maxPool2d(images, 2, o),
  nanToNum: (o) => nanToNum(rows, o),
  pad: (o) => pad(rows, [1, 1], o),
  prod: (o) => prod(rows, o),
  qr: (o) => qr(rows, o),
  quantile: (o) => quantile(rows, 0.5, o),
  resize: (o) => resize(images, 2, o),
  softplus: (o) => softplus(rows, o),
  svd: (o) => svd(rows, o),
  tril: (o) => tril(rows, o),
  triu: (o) => triu(rows, o),
  unfold: (o) => unfold(images, 2, o),
  varMean: (o) => varMean(rows, [0], o),
  vectorNorm: (o) => vectorNorm(rows, o),
};

it.each(Object.entries(withUnknownOption))(
  '%s refuses an option it does not know',
  (name, call) => {
    expect(() => call({})).not.toThrow();
    expect(() => call({ unheardOf: 1 })).toThrow(OptionError);
    expect(() => call({ unheardOf: 1 })).toThrow(
      new RegExp(`^${name}: expected options to be among`),
    );
  },
);

it.each([
  [
    'addmm: expected alpha to be a number, got NaN.',
    () => addmm(rows, [rows, rows], { alpha: NaN }),
  ],
  ['celu: expected alpha to be a number above 0, got -1.', () => celu(rows, { alpha: -1 })],
  ['dropout: expected p to be a number from 0 to 1, got 2.', () => dropout(rows, { p: 2 })],
  ['softplus: expected beta to be a number above 0, got 0.', () => softplus(rows, { beta: 0 })],
  [
    'gelu: expected approximate to be one of none, tanh, got "tan". Did you mean "tanh"?',
    () => gelu(rows, { approximate: 'tan' as 'tanh' }),
  ],
  [
    'divide: expected rounding to be one of trunc, floor, got "flor". Did you mean "floor"?',
    () => divide(rows, 2, { rounding: 'flor' as 'floor' }),
  ],
  [
    'roundTo: expected decimals to be an integer of at least -38, got 0.5.',
    () => roundTo(rows, 0.5),
  ],
  ['oneHot: expected numClasses to be a positive integer, got 0.', () => oneHot(tensor([1n]), 0)],
  ['pixelShuffle: expected factor to be a positive integer, got 0.', () => pixelShuffle(images, 0)],
  [
    'repeatInterleave: expected repeats to be an integer of 0 or more, got -1.',
    () => repeatInterleave(rows, -1, 0),
  ],
  [
    'rot90: expected quarters to be an integer of at least -1000000000, got 0.5.',
    () => rot90(rows, 0.5),
  ],
  ['quantile: expected q to be a number from 0 to 1, got 2.', () => quantile(rows, 2)],
  [
    'varMean: expected correction to be an integer of 0 or more, got -1.',
    () => varMean(rows, [0], { correction: -1 }),
  ],
  [
    "pad: expected value to be left out with mode 'reflect', got 0.",
    () => pad(images, [1, 1], { mode: 'reflect', value: 0 }),
  ],
  [
    "resize: expected antialias to be left out with mode 'nearest', got true.",
    () => resize(images, 2, { mode: 'nearest', antialias: true }),
  ],
  [
    'prod: expected keepdim to be left out without dim, got true.',
    () => prod(rows, { keepdim: true }),
  ],
  [
    'batchNorm: expected runningMean and runningVar to be given outside training, got undefined.',
    () => batchNorm(images),
  ],
])('%s', (message, call) => {
  expect(call).toThrow(new OptionError(message));
});

it.each([
  [
    'adaptiveAvgPool2d: expected images to be (N, C, H, W), got (2, 3).',
    () => adaptiveAvgPool2d(rows, 1),
  ],
  ['unfold: expected images to be (N, C, H, W), got (2, 3).', () => unfold(rows, 1)],
  [
    'resize: expected images to be (N, C, H, W), got (3, 8, 8). A single image needs a batch dimension; use image.unsqueeze(0).',
    () => resize(empty([3, 8, 8]), 4),
  ],
  ['layerNorm: expected input to be (*, 2), got (2, 3).', () => layerNorm(rows, [2])],
])('%s', (message, call) => {
  expect(call).toThrow(new ShapeError(message));
});

it.each([
  ['pad', () => pad(channelsLast(), [1, 1, 1, 1], { mode: 'reflect' })],
  ['resize', () => resize(channelsLast(), 3)],
  ['resize by nearest', () => resize(channelsLast(), 3, { mode: 'nearest' })],
])('%s keeps images channels-last in memory', (_, call) => {
  expect(call().isContiguous('channelsLast')).toBe(true);
});

function channelsLast() {
  return images.clone().contiguous({ memoryFormat: 'channelsLast' });
}
