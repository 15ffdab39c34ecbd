import { expect, test } from 'vitest';
import { epochEnded } from '../../test/scriptedRun.ts';
import { attributeLines, attributeTable } from './attributeLines.ts';
import { evaluationLine } from './lines.ts';

const gender = {
  loss: 0.36,
  correct: 123,
  labelled: 150,
  accuracy: 0.82,
  balancedAccuracy: 0.81,
  majorityBaseline: { label: 'male', share: 0.56 },
};
const pose = {
  loss: null,
  correct: 0,
  labelled: 0,
  accuracy: null,
  balancedAccuracy: null,
  majorityBaseline: null,
};
const scores = {
  loss: 0.36,
  correct: 40,
  count: 200,
  accuracy: 0.82,
  attributes: { gender, pose },
};

test('an epoch of many attributes has a line for each head in the form of the founding runs', () => {
  const { attributes, ...rest } = scores;
  const train = {
    ...rest,
    attributes: { gender: { ...gender, loss: 0.34, accuracy: 0.85 }, pose },
  };
  expect(attributeLines({ ...epochEnded(1, 0), train, validation: scores })).toEqual([
    'GENDER_OUTPUT: [TRAIN] loss: 0.34, acc: 0.85, [VAL] loss: 0.36, acc: 0.82, balanced: 0.81, baseline: 0.56',
    'POSE_OUTPUT: [TRAIN] loss: -, acc: -, [VAL] loss: -, acc: -, balanced: -, baseline: -',
  ]);
  expect(attributeLines(epochEnded(1, 0))).toEqual([]);
  expect(Object.keys(attributes)).toHaveLength(2);
});

test('an evaluation of many attributes is a line and a table', () => {
  expect(evaluationLine({ split: 'validation', scores })).toBe(
    'Validation set: Average loss: 0.3600, Mean accuracy: 82.00%, All correct: 40/200 (20.00%)',
  );
  expect(attributeTable(scores)).toEqual([
    'attribute    labelled    loss  accuracy  balanced  baseline',
    'gender     150 of 200  0.3600    0.8200    0.8100    0.5600  male',
    'pose         0 of 200       -         -         -         -',
  ]);
});
