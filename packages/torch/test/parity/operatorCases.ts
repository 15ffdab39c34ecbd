import { arange } from '../../src/create.ts';
import {
  celu,
  elu,
  gelu,
  leakyRelu,
  logSoftmax,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from '../../src/functional/activation.ts';
import { conv2d } from '../../src/functional/convolution.ts';
import {
  atan2,
  ceil,
  divide,
  erf,
  erfinv,
  expm1,
  isInf,
  lerp,
  log1p,
  log2,
  logicalXor,
  maximum,
  minimum,
  nanToNum,
  reciprocal,
  roundTo,
  square,
  trunc,
  where,
} from '../../src/functional/elementwise.ts';
import {
  bucketize,
  diagonal,
  index,
  indexAdd,
  indexPut,
  nonzero,
  oneHot,
  scatterAdd,
  takeAlongDim,
  tril,
  triu,
} from '../../src/functional/indexing.ts';
import {
  addmm,
  cholesky,
  det,
  dot,
  eigh,
  einsum,
  inverse,
  linear,
  outer,
  qr,
  solve,
  svd,
  vectorNorm,
} from '../../src/functional/linalg.ts';
import {
  moveDim,
  pad,
  pixelShuffle,
  pixelUnshuffle,
  repeatInterleave,
  resize,
  rot90,
  tile,
  unfold,
} from '../../src/functional/movement.ts';
import { batchNorm, groupNorm, layerNorm } from '../../src/functional/normalization.ts';
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool2d,
  globalAvgPool,
  globalConcatPool,
  globalMaxPool,
  maxPool2d,
} from '../../src/functional/pooling.ts';
import {
  allAlong,
  anyAlong,
  bincount,
  countNonzero,
  cumprod,
  logSumExp,
  maxAlong,
  medianAlong,
  minAlong,
  prod,
  quantile,
  varMean,
} from '../../src/functional/reduce.ts';
import type { Tensor } from '../../src/tensor.ts';
import { type Compute, methodCases, pairOf } from './methodCases.ts';

const toImages = (a: Tensor) => a.permute([0, 3, 1, 2]);

const elementwise: Record<string, Compute> = {
  maximum,
  minimum,
  where: (a, b) => [where(a.gt(0), a, b), where(a.gt(0), a, 2), where(a.gt(0), 2, b)],
  lerp: (a, b) => lerp(a, b, 0.3),
  'lerp tensor': lerp,
  divide: (a, b) => [
    divide(a, b, { rounding: 'floor' }),
    divide(a, b, { rounding: 'trunc' }),
    divide(a, 2, { rounding: 'floor' }),
  ],
  ceil,
  trunc,
  roundTo: (a) => [roundTo(a, 1), roundTo(a.mul(100), -1)],
  square,
  reciprocal,
  expm1,
  log1p,
  log2,
  erf,
  erfinv,
  atan2,
  logicalXor: (a, b) => logicalXor(a.gt(0), b.gt(0)),
  isInf: (a) => isInf(a.detach()),
  nanToNum: (a) => nanToNum(a),
  'nanToNum options': (a) => nanToNum(a, { nan: 1, posinf: 2, neginf: 3 }),
};

const interpolations = ['linear', 'lower', 'higher', 'midpoint', 'nearest'] as const;

const reduce: Record<string, Compute> = {
  logSumExp: (a) => logSumExp(a, [0, 2], { keepdim: true }),
  prod: (a) => [prod(a), prod(a, { dim: 1 }), prod(a, { dim: 1, keepdim: true })],
  cumprod: (a) => cumprod(a, 1),
  maxAlong: (a) => pairOf(maxAlong(a, 1)),
  'maxAlong keepdim': (a) => pairOf(maxAlong(a, 0, { keepdim: true })),
  minAlong: (a) => pairOf(minAlong(a, 1)),
  medianAlong: (a) => pairOf(medianAlong(a, 1)),
  ...Object.fromEntries(
    interpolations.map((interpolation): [string, Compute] => [
      `quantile ${interpolation}`,
      (a) => quantile(a, 0.3, { dim: 1, keepdim: true, interpolation }),
    ]),
  ),
  'quantile of all': (a) => quantile(a, 0.25),
  varMean: (a) => Object.values(varMean(a, [1])),
  'varMean biased': (a) => Object.values(varMean(a, [0], { correction: 0, keepdim: true })),
  'allAlong anyAlong': (a) => [allAlong(a.gt(-0.5), 1), anyAlong(a.gt(0.5), 1, { keepdim: true })],
  countNonzero: (a) => countNonzero(a, [1]),
  bincount: (a) => [bincount(a), bincount(a, { minlength: 9 })],
  'bincount weights': (a, weights) => bincount(a, { weights: weights.detach() }),
};

const padModes = ['reflect', 'replicate', 'circular'] as const;
const smoothModes = ['bilinear', 'bicubic'] as const;

const movement: Record<string, Compute> = {
  pad: (a) => pad(a, [1, 2, 0, 1]),
  'pad value': (a) => pad(a, [1, 2], { value: 7 }),
  'pad negative': (a) => pad(a, [-1, 0]),
  ...Object.fromEntries(
    padModes.map((mode): [string, Compute] => [
      `pad ${mode}`,
      (a) => pad(a, [1, 2, 2, 1], { mode }),
    ]),
  ),
  moveDim: (a) => moveDim(a, 1, -1),
  tile: (a) => tile(a, [2]),
  repeatInterleave: (a) => repeatInterleave(a, 2, 1),
  rot90: (a) => [rot90(a, 1), rot90(a, -1, [1, 2])],
  pixelShuffle: (a) => pixelShuffle(a, 2),
  pixelUnshuffle: (a) => pixelUnshuffle(a, 2),
  unfold: (a) => unfold(a, 2),
  'unfold options': (a) => unfold(a, [2, 3], { dilation: [2, 1], padding: [1, 0], stride: [1, 2] }),
  'resize nearest': (a) => resize(a, [6, 3], { mode: 'nearest' }),
  ...Object.fromEntries(
    smoothModes.flatMap((mode): [string, Compute][] => [
      [`resize ${mode}`, (a) => resize(a, [6, 3], { mode })],
      [`resize ${mode} alignCorners`, (a) => resize(a, [6, 3], { mode, alignCorners: true })],
      [`resize ${mode} antialias`, (a) => resize(a, [2, 3], { mode, antialias: true })],
    ]),
  ),
};

const indexing: Record<string, Compute> = {
  index: (a, i) => index(a, [arange({ end: 3 }, { dtype: 'int64' }), i]),
  'index with a whole dimension': (a, i) => index(a, [undefined, i]),
  indexPut: (a, i, values) => indexPut(a, [i], { values }),
  'indexPut accumulate': (a, i, values) => indexPut(a, [i], { values, accumulate: true }),
  indexAdd: (a, i, source) => indexAdd(a, 0, { index: i, source }),
  scatterAdd: (a, i, source) => scatterAdd(a, 1, { index: i, source }),
  takeAlongDim: (a) => takeAlongDim(a, a.argmax(1, { keepdim: true }), 1),
  nonzero,
  oneHot: (a) => oneHot(a, 5),
  bucketize: (a, b) => [bucketize(a, b), bucketize(a, b, { right: true })],
  diagonal: (a) => [diagonal(a), diagonal(a, { offset: 1 })],
  triangles: (a) => [tril(a), tril(a, { offset: -1 }), triu(a), triu(a, { offset: 1 })],
};

const linalg: Record<string, Compute> = {
  linear,
  'linear without bias': (a, w) => linear(a, w),
  'linear of an empty batch': linear,
  einsum: (a, b) => einsum('bij,bjk->bik', [a, b]),
  addmm: (c, a, b) => addmm(c, [a, b], { beta: 0.5, alpha: 2 }),
  dot,
  outer,
  vectorNorm: (a) => [
    vectorNorm(a),
    vectorNorm(a, { ord: 1, dims: [1], keepdim: true }),
    vectorNorm(a, { ord: Infinity, dims: [0] }),
  ],
  solve,
  inverse,
  det,
  cholesky,
  qr: (a) => Object.values(qr(a)),
  'qr complete': (a) => Object.values(qr(a.detach(), { mode: 'complete' })),
  'singular values': (a) => svd(a).s,
  'full singular bases': (a) =>
    Object.values(svd(a.detach(), { fullMatrices: true })).map((part) => part.abs()),
  eigenvalues: (a) => eigh(a.add(a.t())).values,
};

const activation: Record<string, Compute> = {
  relu,
  leakyRelu: (a) => [leakyRelu(a), leakyRelu(a, { negativeSlope: 0.2 })],
  elu: (a) => [elu(a), elu(a, { alpha: 0.5 })],
  celu: (a) => [celu(a), celu(a, { alpha: 0.3 })],
  gelu: (a) => gelu(a),
  'gelu tanh': (a) => gelu(a, { approximate: 'tanh' }),
  silu,
  sigmoid,
  tanh,
  softplus: (a) => [softplus(a), softplus(a, { beta: 3 })],
  softmax: (a) => softmax(a, 1),
  logSoftmax: (a) => logSoftmax(a, 0),
  'softmax of great numbers': (a) => softmax(a.mul(1e4), 1),
};

const ofImages: Record<string, Compute> = {
  conv2d: (a, w, bias) => conv2d(a, w, { bias }),
  'conv2d options': (a, w) =>
    conv2d(a, w, { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
  'conv2d of an empty batch': (a, w) => conv2d(a, w),
  'conv2d of one pixel': (a, w) => conv2d(a, w),
  'conv2d of permuted images': (a, w) => conv2d(toImages(a), w),
  maxPool2d: (a) => maxPool2d(a, 2),
  'maxPool2d of ties': (a) => maxPool2d(a, 2),
  'maxPool2d of permuted images': (a) => maxPool2d(toImages(a), 2),
  avgPool2d: (a) => avgPool2d(a, 2),
  adaptiveAvgPool2d: (a) => adaptiveAvgPool2d(a, [2, 3]),
  adaptiveMaxPool2d: (a) => adaptiveMaxPool2d(a, [2, 3]),
  globalAvgPool,
  globalMaxPool,
  'globalMaxPool of ties': globalMaxPool,
  globalConcatPool,
  'batchNorm training': (a, weight, bias) => batchNorm(a, { weight, bias, training: true }),
  'batchNorm evaluation': (a, mean, variance) =>
    batchNorm(a, { runningMean: mean.detach(), runningVar: variance.detach(), eps: 0.1 }),
  'batchNorm of an empty batch': (a, mean, variance) =>
    batchNorm(a, { runningMean: mean.detach(), runningVar: variance.detach() }),
  groupNorm: (a, weight, bias) => groupNorm(a, 2, { weight, bias }),
  'groupNorm of rows': (a) => groupNorm(a, 2, { eps: 0.1 }),
  layerNorm: (a, weight, bias) => layerNorm(a, [3, 4], { weight, bias }),
  'layerNorm without affine': (a) => layerNorm(a, [4], { eps: 0.1 }),
};

/** Every operator case by the name it has in `fixtures/make_fixtures.py`. */
export const operatorCases: Readonly<Record<string, Compute>> = {
  ...methodCases,
  ...elementwise,
  ...reduce,
  ...movement,
  ...indexing,
  ...linalg,
  ...activation,
  ...ofImages,
};
