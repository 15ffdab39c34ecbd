import { readFileSync } from 'node:fs';
import { fromTypedArray, noGrad, SGD, tensor, type Tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { DavidNet } from '../src/models/davidNet.ts';
import { classificationLoss } from '../src/train/loss/loss.ts';
import { setLearningRate, trainStep } from '../src/train/loop/trainStep.ts';

// The numbers are PyTorch's; see fixtures/make_davidnet.py.

interface Stored {
  readonly shape: number[];
  /** float32, little endian, base64. */
  readonly data: string;
}

interface Fixture {
  readonly images: Stored;
  readonly labels: number[];
  readonly before: Record<string, Stored>;
  readonly after: Record<string, Stored>;
  readonly losses: number[];
  readonly logits: Stored;
  readonly lr: number;
  readonly weightDecay: number;
  readonly momentum: number;
}

const path = new URL('./fixtures/davidnet.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture;

function tensorOf({ shape, data }: Stored): Tensor {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  return fromTypedArray(new Float32Array(bytes.buffer), shape);
}

function largestDifference(a: Tensor, b: Tensor): number {
  return Number(a.detach().sub(b).abs().max().item());
}

test('two training steps of DavidNet change weights and statistics as PyTorch does', () => {
  const { images, labels, before, after, losses, logits, ...rates } = fixture;
  const model = new DavidNet({ numClasses: 3, width: 2 });
  const state = new Map(Object.entries(before).map(([key, value]) => [key, tensorOf(value)]));
  expect(model.loadStateDict(state, { strict: false }).unexpected).toEqual([]);
  const batchSize = labels.length;
  const optimizer = new SGD(model.parameters(), {
    lr: 0,
    momentum: rates.momentum,
    nesterov: true,
    weightDecay: rates.weightDecay * batchSize,
  });
  const loss = classificationLoss({ reduction: 'sum' });
  const targets = tensor(labels, { dtype: 'int64' });
  const batch = { images: tensorOf(images), labels: targets, indices: labels };
  const seen: number[] = [];
  for (let step = 0; step < 2; step++) {
    setLearningRate(optimizer, rates.lr / batchSize);
    trainStep(batch, { model, optimizer, loss }, (outcome) =>
      seen.push(Number(outcome.loss.item())),
    );
  }
  // float32 and other kernels on either side: sums of some hundred terms, two steps.
  losses.forEach((expected, step) => expect(seen[step]).toBeCloseTo(expected, 4));
  const trained = model.stateDict();
  for (const [key, value] of Object.entries(after)) {
    const own = trained.get(key);
    expect(own === undefined ? NaN : largestDifference(own, tensorOf(value)), key).toBeLessThan(
      2e-5,
    );
  }
  const answer = noGrad(() => model.eval().forward(batch.images));
  expect(largestDifference(answer, tensorOf(logits))).toBeLessThan(2e-5);
});
