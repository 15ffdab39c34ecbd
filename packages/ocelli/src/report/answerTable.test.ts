import { expect, test } from 'vitest';
import type { HeadAnswer } from '../train/predict/predictor.ts';
import { answerCsv, answerJson, answerTable } from './answerTable.ts';

const gender: HeadAnswer = {
  attribute: 'gender',
  classes: ['female', 'male'],
  probabilities: Float32Array.of(0.75, 0.25),
  label: 'female',
  probability: 0.75,
};
const bag: HeadAnswer = {
  attribute: 'carryingbag',
  classes: ['None', 'Bag, big'],
  probabilities: Float32Array.of(0.5, 0.5),
  label: null,
  probability: 0.5,
};
const answers = [{ picture: 'photos/a.jpg', heads: [gender, bag] }];

test('many attributes: a line a picture, and unsure where a head does not know enough', () => {
  expect(answerTable(answers, { top: 5 })).toBe(
    'picture       gender       carryingbag\nphotos/a.jpg  female 75 %  unsure 50 %\n',
  );
});

test('what is wider than the terminal stands below its picture, a line an attribute', () => {
  const two = [...answers, { picture: 'b.jpg', heads: [{ ...gender, probability: 1 }] }];
  expect(answerTable(two, { top: 5, columns: 37 })).toBe(
    'photos/a.jpg\n  gender       female   75 %\n  carryingbag  unsure   50 %\n' +
      '\nb.jpg\n  gender  female  100 %\n',
  );
  expect(answerTable(answers, { top: 5, columns: 38 })).toContain('picture       gender');
});

test('without an answer there is no head of a table either', () => {
  expect(answerTable([], { top: 5 })).toBe('');
});

test('one label: a line for each of the most likely ones', () => {
  const { attribute: _, ...head } = gender;
  const one = [{ picture: 'a.jpg', heads: [head] }];
  expect(answerTable(one, { top: 2 })).toBe(
    'picture  label   probability\na.jpg    female      75.00 %\n         male        25.00 %\n',
  );
  expect(answerTable(one, { top: 1 }).split('\n')).toHaveLength(3);
  expect(answerJson({ picture: 'a.jpg', heads: [head] }, 1)).toEqual({
    picture: 'a.jpg',
    label: 'female',
    labels: [{ label: 'female', probability: 0.75 }],
  });
});

test('JSON has every probability, and null for what is not sure', () => {
  expect(answers.map((one) => answerJson(one, 5))).toEqual([
    {
      picture: 'photos/a.jpg',
      attributes: {
        gender: { label: 'female', probability: 0.75, probabilities: { female: 0.75, male: 0.25 } },
        carryingbag: {
          label: null,
          probability: 0.5,
          probabilities: { None: 0.5, 'Bag, big': 0.5 },
        },
      },
    },
  ]);
});

test('comma-separated values have a column a class; names with commas are quoted', () => {
  expect(answerCsv(answers)).toBe(
    'picture,gender,gender.female,gender.male,carryingbag,carryingbag.None,"carryingbag.Bag, big"\n' +
      'photos/a.jpg,female,0.750000,0.250000,unsure,0.500000,0.500000\n',
  );
});
