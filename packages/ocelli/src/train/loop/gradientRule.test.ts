import {
  Conv2d,
  Linear,
  manualSeed,
  Module,
  ModuleDict,
  SGD,
  tensor,
  type Tensor,
} from '@ocelli/torch';
import { expect, test } from 'vitest';
import { MultiHead } from '../../models/multiHead.ts';
import { Trunk } from '../../models/trunk.ts';
import { attributeLoss } from '../loss/attributeLoss.ts';
import {
  type GradientRule,
  headParameters,
  jointGradients,
  separateGradients,
} from './gradientRule.ts';
import type { Outputs } from '../loss/headBatches.ts';
import { projectedGradients, withoutConflicts } from './projectedGradients.ts';
import { setLearningRate, trainStep } from './trainStep.ts';

class TwoHeads extends Module<Tensor, Outputs> {
  readonly trunk = this.registerModule('trunk', new Linear(3, 2));
  readonly heads = this.registerModule(
    'heads',
    new ModuleDict(new Map([['gender', new Linear(2, 2)], ['pose', new Linear(2, 3)]])), // prettier-ignore
  );

  forward(input: Tensor): Outputs {
    const features = this.trunk.forward(input);
    return Object.fromEntries(
      [...this.heads].map(([name, head]) => [name, head.forward(features)]),
    );
  }
}

const batch = {
  images: tensor([[1, -2, 0.5], [0.3, 1, -1], [2, 0, 1]]), // prettier-ignore
  labels: tensor([[0, 2], [1, 0], [0, 1]], { dtype: 'int64' }), // prettier-ignore
  indices: [0, 1, 2],
};

interface Changes {
  readonly weights?: readonly [number, number];
  readonly rule?: (model: TwoHeads) => GradientRule;
}

/** The gradients of a step by the first part of their key: of the trunk, and of each head. */
function gradientsOf({ weights = [1, 1], rule }: Changes): Record<string, number[]> {
  manualSeed(1);
  const model = new TwoHeads();
  const loss = attributeLoss({
    attributes: { gender: { lossWeight: weights[0] }, pose: { lossWeight: weights[1] } },
  });
  const optimizer = new SGD(model.parameters(), { lr: 0 });
  trainStep(batch, { model, optimizer, loss, gradients: rule?.(model) ?? jointGradients });
  const flat = (prefix: string): number[] =>
    model.namedParameters().flatMap(([key, { grad }]) => {
      if (!key.startsWith(prefix)) return [];
      if (grad === undefined) throw new Error(`${key} has no gradient`);
      return Array.from(grad.toTypedArray(), Number);
    });
  return { trunk: flat('trunk.'), gender: flat('heads.gender.'), pose: flat('heads.pose.') };
}

function largest(values: readonly number[] = []): number {
  return Math.max(...values.map(Math.abs));
}

function close(values: readonly number[] | undefined, factor = 1) {
  return (values ?? []).map((value) => expect.closeTo(value * factor, 5) as number);
}

test('with all loss weights 1, separate gradients are the joint ones', () => {
  const [joint, separate] = [gradientsOf({}), gradientsOf({ rule: separateGradients })];
  for (const part of ['trunk', 'gender', 'pose']) {
    expect(largest(joint[part])).toBeGreaterThan(0.01);
    expect(separate[part]).toEqual(close(joint[part]));
  }
});

test('separate gradients differ from the joint update: loss weights reach the trunk alone', () => {
  const weights = [0.3, 2] as const;
  const [joint, separate] = [
    gradientsOf({ weights }),
    gradientsOf({ weights, rule: separateGradients }),
  ];
  expect(separate['trunk']).toEqual(close(joint['trunk']));
  expect(separate['gender']).toEqual(close(joint['gender'], 1 / 0.3));
  expect(separate['pose']).toEqual(close(joint['pose'], 1 / 2));
});

test('a head is found by its attribute, dots and all', () => {
  const conv = new Conv2d(3, 4, 1);
  const model = new MultiHead({
    heads: { 'shoe.kind': 2, pose: 3 },
    trunk: new Trunk([{ name: 'conv', module: conv, outChannels: 4 }]),
  });
  const own = headParameters(model, { attribute: 'shoe.kind' });
  expect(own.map(({ shape }) => shape)).toEqual([[2, 4], [2]]);
});

test('where no gradients conflict, projection changes nothing; where they do, it follows the paper', () => {
  const agreeing = [tensor([1, 0]), tensor([1, 1])];
  expect(withoutConflicts(agreeing).map((one) => one.toArray())).toEqual([[1, 0], [1, 1]]); // prettier-ignore
  // g = (1, 0), h = (-1, 1): g·h = -1, |h|² = 2, |g|² = 1
  const opposed = [tensor([1, 0]), tensor([-1, 1])];
  expect(withoutConflicts(opposed).map((one) => one.toArray())).toEqual([[0.5, 0.5], [0, 1]]); // prettier-ignore
});

test('projected gradients differ from the joint ones in the trunk alone, and never point against a head', () => {
  const [joint, projected] = [gradientsOf({}), gradientsOf({ rule: projectedGradients })];
  for (const head of ['gender', 'pose']) expect(projected[head]).toEqual(close(joint[head]));
  const alone = [gradientsOf({ weights: [1, 0] }), gradientsOf({ weights: [0, 1] })];
  const [ofGender, ofPose] = alone.map(({ trunk = [] }) => trunk);
  expect(dot(ofGender, ofPose)).toBeLessThan(0); // the two heads do disagree here
  expect(projected['trunk']).not.toEqual(close(joint['trunk']));
  for (const own of [ofGender, ofPose]) expect(dot(own, projected['trunk'])).toBeGreaterThan(-1e-6);
});

function dot(a: readonly number[] = [], b: readonly number[] = []): number {
  return a.reduce((total, value, index) => total + value * (b[index] ?? NaN), 0);
}

test('a learning rate of its own moves a head by its factor and nothing else', () => {
  const moved = (factor: number): Record<string, number[]> => {
    manualSeed(1);
    const model = new TwoHeads();
    const before = model.namedParameters().map(([, one]) => one.detach().clone());
    const groups = [...model.parameters()].map((params) => ({ params: [params] }));
    const factors = model.namedParameters().map(([key]) => (key.includes('pose') ? factor : 1));
    const optimizer = new SGD(groups, { lr: 0 });
    setLearningRate(optimizer, 0.1, factors);
    trainStep(batch, {
      model,
      optimizer,
      loss: attributeLoss({ attributes: { gender: {}, pose: {} } }),
    });
    return Object.fromEntries(
      model.namedParameters().map(([key, one], index) => [
        key,
        Array.from(
          one
            .detach()
            .sub(before[index] ?? one)
            .toTypedArray(),
          Number,
        ),
      ]),
    );
  };
  const [joint, own] = [moved(1), moved(3)];
  for (const [key, change] of Object.entries(joint)) {
    expect(largest(change)).toBeGreaterThan(1e-4);
    expect(own[key]).toEqual(close(change, key.includes('pose') ? 3 : 1));
  }
});
