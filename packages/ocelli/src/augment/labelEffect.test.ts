import { Generator, tensor } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { augmentBatch } from './augmentBatch.ts';
import { compose } from './compose.ts';
import { createTransform, createTransforms } from './createTransform.ts';
import { checkLabelEffects } from './labelEffect.ts';
import type { Transform } from './transform.ts';

const schema = {
  pose: ['back', 'left', 'right'],
  colour: ['red', 'blue'],
  gender: ['female', 'male'],
};
const images = tensor([[[[10, 200]], [[60, 30]], [[70, 90]]]], { dtype: 'uint8' }).repeat([
  400, 1, 2, 2,
]);
const labels = tensor([
  [1n, 0n, 1n],
  [2n, 1n, 0n],
  [0n, -1n, 1n],
  [-1n, 0n, 0n],
]).repeat([100, 1]);

function augmented(transform: Transform) {
  const changed: number[] = [];
  const made = augmentBatch({ images, labels }, transform, {
    schema,
    generator: new Generator({ seed: 1 }),
    onChanged: (_, which) => changed.push(...(which.toArray() as number[])),
  });
  return { made, changed, rows: made.labels.toArray() as number[][] };
}

const before = labels.toArray() as number[][];

/** Whether half of the 400 images were changed, within five deviations of a binomial. */
function expectHalf(changed: readonly number[]): void {
  expect(changed).toHaveLength(400);
  expect(Math.abs(changed.filter(Boolean).length - 200)).toBeLessThan(50);
}

describe('a declared effect', () => {
  test('swaps two classes of exactly the images that were flipped', () => {
    const { rows, changed } = augmented(
      createTransform('flip', { swaps: { pose: ['left', 'right'] } }),
    );
    const swapped = [0, 2, 1];
    const expected = before.map(([pose = 0, ...others], index) => [
      changed[index] ? (swapped[pose] ?? pose) : pose,
      ...others,
    ]);
    expect(rows).toEqual(expected);
    expectHalf(changed);
  });

  test('hides an attribute of exactly the images whose colour was changed', () => {
    const jitter = createTransform('hue', { degrees: 90, probability: 0.5, hides: ['colour'] });
    const { rows, changed } = augmented(jitter);
    const expected = before.map(([pose, colour, gender], index) => [
      pose,
      changed[index] ? -1 : colour,
      gender,
    ]);
    expect(rows).toEqual(expected);
    expectHalf(changed);
  });

  test('works inside a composition, joined to its neighbours or chosen for some images', () => {
    const swaps = { swaps: { pose: ['left', 'right'] } };
    const flip = { flip: { probability: 1, ...swaps } };
    const both = compose(createTransforms([{ randomCrop: { size: 2, padding: 1 } }, flip]));
    const turned = compose(createTransforms([flip, { rotate: { degrees: 5 } }]));
    const allSwapped = before.map(([pose = 0, ...others]) => [[0, 2, 1][pose] ?? pose, ...others]);
    expect(augmented(both).rows).toEqual(allSwapped);
    expect(augmented(turned).rows).toEqual(allSwapped);
    const some = createTransform('sometimes', { probability: 0.5, transforms: [flip] });
    const { rows, changed } = augmented(some);
    expect(rows).toEqual(before.map((row, index) => (changed[index] ? allSwapped[index] : row)));
    expectHalf(changed);
  });

  test('can be declared for a whole', () => {
    const whole = createTransform('oneOf', {
      transforms: [{ hue: { degrees: 90 } }, { grayscale: {} }],
      hides: ['colour'],
    });
    expect(augmented(whole).rows.map((row) => row[1])).toEqual(before.map(() => -1));
    expect(checkLabelEffects([whole], schema)).toEqual([]);
  });

  test('leaves the labels given as they are', () => {
    augmented(createTransform('flip', { hides: ['pose'] }));
    expect(labels.toArray()).toEqual(before);
  });
});

describe('checked against the attributes there are:', () => {
  test.each<[object, string]>([
    [
      { hides: ['color'] },
      'horizontalFlip: expected an attribute to be one of pose, colour, gender, got "color". Did you mean "colour"?',
    ],
    [
      { swaps: { pose: ['left', 'rigt'] } },
      'horizontalFlip: expected a class of pose to be one of back, left, right, got "rigt". Did you mean "right"?',
    ],
  ])('%j is refused', (effect, message) => {
    expect(() => checkLabelEffects([createTransform('flip', effect)], schema)).toThrow(message);
  });

  test('an undeclared effect is warned about, once', () => {
    const policy = createTransforms([
      { flip: {} },
      { colorJitter: { hue: 20 } },
      { rotate: { degrees: 5 } },
      { flip: {} },
    ]);
    expect(checkLabelEffects(policy, schema)).toEqual([
      'horizontalFlip may change what is true of attribute "pose". Declare it with hides or swaps, or leave the transform out.',
      'colorJitter may change what is true of attribute "colour". Declare it with hides or swaps, or leave the transform out.',
    ]);
    const inside = createTransform('sometimes', {
      probability: 0.5,
      transforms: [{ grayscale: {} }],
    });
    expect(checkLabelEffects([inside], schema)).toHaveLength(1);
  });

  test('a declared one, or one that no name suggests, is not', () => {
    const flip = createTransform('flip', { swaps: { pose: ['left', 'right'] } });
    expect(checkLabelEffects([flip, createTransform('brightness', { add: 0.1 })], schema)).toEqual(
      [],
    );
    expect(checkLabelEffects([createTransform('flip')], { gender: ['female', 'male'] })).toEqual(
      [],
    );
  });

  test('declaring nothing is refused', () => {
    expect(() => createTransform('flip', { hides: [] })).toThrow(
      'horizontalFlip: expected hides or swaps to be at least one attribute, got {"hides":[]}.',
    );
  });
});
