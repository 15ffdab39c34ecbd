import { expect, test } from 'vitest';
import { assemble } from './assemble.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { evaluationFacts, headOptions } from './headOptions.ts';

const heads = [
  { attribute: 'gender', classes: ['female', 'male'], counts: [30, 10] },
  { attribute: 'age', classes: ['a', 'b', 'c', 'd', 'e', 'f'], counts: [5, 5, 5, 5, 10, 10] },
];

function optionsOf(input: ExperimentInput) {
  return headOptions(resolveExperiment({ table: 'labels.csv', ...input }), heads);
}

function assembled(input: ExperimentInput) {
  const experiment = resolveExperiment({ table: 'labels.csv', model: 'resnet20', ...input });
  return assemble(experiment, { heads, stepsPerEpoch: 10, batchSize: 4 });
}

test('without options all attributes count alike', () => {
  const [gender, age] = optionsOf({});
  expect(gender?.loss).toEqual({ loss: 'crossEntropy', labelSmoothing: 0, lossWeight: 1 });
  expect([gender?.lr, age?.lr, age?.figure]).toEqual([1, 1, 'age.accuracy']);
});

test('an option reaches its attribute and no other', () => {
  const [gender, age] = optionsOf({
    labelSmoothing: 0.1,
    attributes: {
      gender: { lossWeight: 0.3, lr: 0.5, metric: 'balancedAccuracy', labelSmoothing: 0 },
      age: { loss: 'focal', focalGamma: 1, classWeights: [1, 1, 1, 1, 2, 2] },
    },
  });
  expect(gender).toMatchObject({ lr: 0.5, figure: 'gender.balancedAccuracy' });
  expect(gender?.loss).toEqual({ loss: 'crossEntropy', labelSmoothing: 0, lossWeight: 0.3 });
  expect(age?.loss).toEqual({
    loss: 'focal',
    focalGamma: 1,
    labelSmoothing: 0, // the focal loss has none
    classWeights: [1, 1, 1, 1, 2, 2],
    lossWeight: 1,
  });
});

test('lossWeights classCount weighs by the number of classes, 1 on average', () => {
  const weights = optionsOf({ lossWeights: 'classCount' }).map(({ loss }) => loss.lossWeight);
  expect(weights).toEqual([0.5, 1.5]);
});

test('class weights follow from the class counts, or are given', () => {
  // 40 pictures, 2 classes: 40 / (2 * 30) and 40 / (2 * 10)
  const inverse = optionsOf({ attributes: { gender: { classWeights: 'inverse' } } });
  expect(inverse[0]?.loss.classWeights).toEqual([expect.closeTo(2 / 3), expect.closeTo(2)]);
  const effective = optionsOf({ attributes: { gender: { classWeights: 'effective' } } });
  const [common = NaN, rare = NaN] = effective[0]?.loss.classWeights ?? [];
  expect(rare / common).toBeCloseTo((1 - 0.999 ** 30) / (1 - 0.999 ** 10), 9);
  const given = optionsOf({ attributes: { gender: { classWeights: [1, 4] } } });
  expect(given[0]?.loss.classWeights).toEqual([1, 4]);
});

test('logitAdjustment adds its share of the log frequencies', () => {
  const [gender] = optionsOf({ attributes: { gender: { logitAdjustment: 2 } } });
  expect(gender?.loss.logitOffsets).toEqual([2 * Math.log(0.75), 2 * Math.log(0.25)]);
});

test('the loss weight and the kind of loss are what an evaluation knows', () => {
  const facts = evaluationFacts(optionsOf({ attributes: { age: { loss: 'binary' } } }));
  expect(facts.attributes?.['age']).toMatchObject({ loss: 'binary', lossWeight: 1 });
});

const refused: [ExperimentInput, string][] = [
  [
    { attributes: { gendr: {} } },
    'experiment: expected attributes to be those of the data, got "gendr". Did you mean "gender"?',
  ],
  [
    { attributes: { weight: {} } },
    'experiment: expected attributes to be those of the data, got "weight". They are gender, age.',
  ],
  [
    { attributes: { age: { focalGamma: 3 } } },
    'experiment: attributes.age: expected no focalGamma without loss focal. It would have no effect.',
  ],
  [
    { attributes: { age: { loss: 'focal', labelSmoothing: 0.1 } } },
    'experiment: attributes.age: expected no labelSmoothing with loss focal, which has none. It would have no effect.',
  ],
  [
    { attributes: { age: { loss: 'binary', logitAdjustment: 1 } } },
    'experiment: attributes.age: expected no logitAdjustment with loss binary, which compares no classes. It would have no effect.',
  ],
  [
    { lossWeights: 'learned', attributes: { age: { lossWeight: 2 } } },
    'experiment: attributes.age: expected no lossWeight with lossWeights learned. It would have no effect.',
  ],
  [
    { attributes: { gender: { classWeights: [1, 2, 3] } } },
    'attributes.gender: expected classWeights to be 2 numbers, one for each of female, male, got [1,2,3].',
  ],
];

test.each(refused)('refuses %j', (input, message) => {
  expect(() => optionsOf(input)).toThrow(expect.objectContaining({ message }));
});

test('learning rates of their own make groups of parameters: trunk, head, loss', () => {
  const { optimizer, lrFactors, model } = assembled({
    trunkLr: 0.1,
    lossWeights: 'learned',
    attributes: { age: { lr: 3 } },
  });
  expect(lrFactors).toEqual([0.1, 1, 3, 1]);
  const [, gender, age, learned] = optimizer.paramGroups.map(({ params }) => params);
  expect(gender).toEqual(model.child('heads.gender').parameters());
  expect(age).toEqual(model.child('heads.age').parameters());
  expect(learned?.map(({ numel }) => numel)).toEqual([1, 1]);
});

test('a dot in the name of an attribute takes no option from it', () => {
  const dotted = [{ attribute: 'shoe.kind', classes: ['low', 'high'], counts: [3, 5] }];
  const input = { table: 'labels.csv', model: 'resnet20', attributes: { 'shoe.kind': { lr: 3 } } };
  const experiment = resolveExperiment(input);
  const sizes = { heads: dotted, stepsPerEpoch: 1, batchSize: 8 };
  const { optimizer, lrFactors, model } = assemble(experiment, sizes);
  expect(lrFactors).toEqual([1, 3]);
  const [, own] = optimizer.paramGroups.map(({ params }) => params);
  expect(own).toEqual(model.child('heads.shoe_kind').parameters());
});

test('without rates of their own all parameters are one group', () => {
  expect(assembled({}).lrFactors).toEqual([1]);
});

test('best is a figure, that of an attribute, or the mean of those that count', () => {
  expect(assembled({ best: 'loss' }).best).toEqual(['loss']);
  const attributes = { age: { metric: 'balancedAccuracy' } } as const;
  expect(assembled({ best: 'age', attributes }).best).toEqual(['age.balancedAccuracy']);
  const mean = ['gender.accuracy', 'age.balancedAccuracy'];
  expect(assembled({ best: 'mean', attributes }).best).toEqual(mean);
});
