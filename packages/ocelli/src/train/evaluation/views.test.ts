import { Module, stack, tensor, type Tensor } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { resolveExperiment } from '../experiment/experiment.ts';
import { mirrorViews, oneView, viewsOf } from './views.ts';

/** Its logits are 0 and the upper left pixel of a picture, and it counts its passes. */
class Corner extends Module {
  passes = 0;
  forward(images: Tensor): Tensor {
    this.passes++;
    const corner = images.select(3, 0).select(2, 0).select(1, 0);
    return stack([corner.mul(0), corner], 1);
  }
}

/** Says the upper left and the upper right pixel, the same of every attribute. */
class Sides extends Module<Tensor, Readonly<Record<string, Tensor>>> {
  forward(images: Tensor): Readonly<Record<string, Tensor>> {
    const row = images.select(2, 0).select(1, 0);
    const logits = stack([row.select(1, 0), row.select(1, -1)], 1);
    return { hand: logits, age: logits.mul(2), pose: logits.mul(3) };
  }
}

/** Two pictures of one channel and two by three pixels; the upper rows are 1 2 4 and 5 6 9. */
const images = tensor([
  [[[1, 2, 4], [0, 0, 0]]],
  [[[5, 6, 9], [0, 0, 0]]],
]); // prettier-ignore

const schema = { hand: ['left', 'right'], age: ['young', 'old'], pose: ['front', 'back'] };
const numbers = (outputs: object) =>
  Object.fromEntries(Object.entries(outputs).map(([name, logits]) => [name, logits.toArray()]));

describe('one view', () => {
  test('is one pass over the pictures as they are', () => {
    const model = new Corner();
    expect((oneView(model, images) as Tensor).toArray()).toEqual([[0, 1], [0, 5]]); // prettier-ignore
    expect(model.passes).toBe(1);
  });
});

describe('mirrored views', () => {
  test('are the mean of the logits of a picture and its mirror image, in two passes', () => {
    const model = new Corner();
    const logits = mirrorViews()(model, images) as Tensor;
    expect(logits.toArray()).toEqual([[0, (1 + 4) / 2], [0, (5 + 9) / 2]]); // prettier-ignore
    expect(model.passes).toBe(2);
  });

  test('of many heads: each by itself, a swapped one swapped back, a hidden one from the picture alone', () => {
    const views = mirrorViews(schema, { swaps: { hand: ['left', 'right'] }, hides: ['pose'] });
    expect(numbers(views(new Sides(), images))).toEqual({
      hand: [[1, 4], [5, 9]], // a mirror says 4 1, which is 1 4 the other way round
      age: [[5, 5], [14, 14]], // twice the mean of 1 4 and 4 1
      pose: [[3, 12], [15, 27]],
    }); // prettier-ignore
  });

  test('of the only label: swapped back by the name class', () => {
    const only = { class: ['left', 'right'] };
    const views = mirrorViews(only, { swaps: { class: ['left', 'right'] } });
    // The mirror image says 0 4, which is 4 0 the other way round.
    expect((views(new Corner(), images) as Tensor).toArray()).toEqual([[2, 0.5], [4.5, 2.5]]); // prettier-ignore
  });

  test('of classes that do not exist are refused', () => {
    expect(() => mirrorViews(schema, { swaps: { hand: ['left', 'rigth'] } })).toThrow(
      'mirrorViews: expected a class of hand to be one of left, right, got "rigth". Did you mean "right"?',
    );
  });
});

describe('the views of an experiment', () => {
  const names = { attributes: schema };
  const mirrored = (...policies: object[][]) =>
    resolveExperiment({
      table: 'labels.csv',
      views: 'mirror',
      ...(policies.length === 1 && { augmentation: policies[0] }),
      ...(policies.length > 1 && {
        stages: policies.map((augmentation) => ({ augmentation })),
      }),
    });
  const flip = { flip: { swaps: { hand: ['left', 'right'] } } };

  test('are one by default', () => {
    expect(viewsOf(resolveExperiment({}), { classes: ['a', 'b'] })).toBe(oneView);
  });

  test.each([
    ['its flip', mirrored([flip])],
    [
      'a flip inside another transform',
      mirrored([{ sometimes: { probability: 0.5, transforms: [flip] } }]),
    ],
    ['the flip of another stage', mirrored([{ rotate: { degrees: 5 } }], [flip])],
  ])('swap back what %s declares', (_, experiment) => {
    const outputs = viewsOf(experiment, names)(new Sides(), images);
    expect(numbers(outputs)).toMatchObject({ hand: [[1, 4], [5, 9]], age: [[5, 5], [14, 14]] }); // prettier-ignore
  });

  test('mirror nothing that speaks of left or right and is not declared', () => {
    expect(() => viewsOf(mirrored([{ flip: {} }]), names, 'run')).toThrow(
      'run: expected views to be one, for a mirror may change what is true of hand, got "mirror". ' +
        'A flip in augmentation can declare it with swaps or hides.',
    );
    expect(() => viewsOf(mirrored(), { classes: ['left lung', 'heart'] })).toThrow(
      'for a mirror may change what is true of class',
    );
  });

  test('are refused where a mirror hides every label, for it would say nothing', () => {
    const hiding = mirrored([{ flip: { hides: ['hand', 'age', 'pose'] } }]);
    expect(() => viewsOf(hiding, names)).toThrow(
      'experiment: expected views to be one, for a mirror hides every label, got "mirror".',
    );
  });
});
