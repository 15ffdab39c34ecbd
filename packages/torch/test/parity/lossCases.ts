import { focalLoss, sigmoidFocalLoss } from '../../src/functional/focalLoss.ts';
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  nllLoss,
  type Reduction,
} from '../../src/functional/loss.ts';
import type { Tensor } from '../../src/tensor.ts';

type Loss = (
  ...inputs: [input: Tensor, targets: Tensor, weight: Tensor, posWeight: Tensor]
) => Tensor;

const reductions: readonly Reduction[] = ['none', 'sum', 'mean'];

function forEachReduction(reduction: Reduction): [string, Loss][] {
  return [
    [`crossEntropy ${reduction}`, (a, t) => crossEntropy(a, t, { reduction })],
    [
      `crossEntropy weight ${reduction}`,
      (a, t, w) => crossEntropy(a, t, { weight: w.detach(), reduction }),
    ],
    [
      `crossEntropy labelSmoothing ${reduction}`,
      (a, t) => crossEntropy(a, t, { labelSmoothing: 0.2, reduction }),
    ],
    [`crossEntropy ignored ${reduction}`, (a, t) => crossEntropy(a, t, { reduction })],
    [`crossEntropy soft ${reduction}`, (a, t) => crossEntropy(a, t, { reduction })],
    [
      `crossEntropy soft weight smoothing ${reduction}`,
      (a, t, w) => crossEntropy(a, t, { weight: w.detach(), labelSmoothing: 0.1, reduction }),
    ],
    [
      `nllLoss ${reduction}`,
      (a, t, w) => nllLoss(a, t, { weight: w.detach(), ignoreIndex: 2, reduction }),
    ],
    [`binaryCrossEntropy ${reduction}`, (a, t) => binaryCrossEntropy(a, t.detach(), { reduction })],
    [
      `binaryCrossEntropyWithLogits ${reduction}`,
      (a, t) => binaryCrossEntropyWithLogits(a, t.detach(), { reduction }),
    ],
    [
      `sigmoidFocalLoss ${reduction}`,
      (a, t) => sigmoidFocalLoss(a, t.detach(), { alpha: 0.25, gamma: 1.5, reduction }),
    ],
  ];
}

/** Every loss case by the name it has in `fixtures/make_fixtures.py`. */
export const lossCases: Readonly<Record<string, Loss>> = {
  ...Object.fromEntries(reductions.flatMap(forEachReduction)),
  'crossEntropy weight ignored smoothing': (a, t, w) =>
    crossEntropy(a, t, { weight: w.detach(), ignoreIndex: 1, labelSmoothing: 0.3 }),
  'crossEntropy of pixels': (a, t) => crossEntropy(a, t),
  'crossEntropy of great logits': (a, t) => crossEntropy(a.mul(1e4), t),
  'crossEntropy of nothing': (a, t) => crossEntropy(a, t),
  'crossEntropy of one sample': (a, t) => crossEntropy(a, t),
  'nllLoss of pixels': (a, t) => nllLoss(a, t),
  'binaryCrossEntropy weight': (a, t, w) =>
    binaryCrossEntropy(a, t.detach(), { weight: w.detach() }),
  'binaryCrossEntropyWithLogits weight posWeight': (a, t, w, p) =>
    binaryCrossEntropyWithLogits(a, t.detach(), { weight: w.detach(), posWeight: p.detach() }),
  'sigmoidFocalLoss without alpha': (a, t) => sigmoidFocalLoss(a, t.detach()),
  'focalLoss none': (a, t) => focalLoss(a, t, { reduction: 'none' }),
  'focalLoss gamma alpha': (a, t, w) => focalLoss(a, t, { gamma: 0.5, alpha: w.detach() }),
  'focalLoss sum': (a, t) => focalLoss(a, t, { gamma: 3, reduction: 'sum' }),
  'focalLoss ignored': (a, t) => focalLoss(a, t),
};
