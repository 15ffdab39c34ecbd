import { Generator } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { apply, copies, numbered, pictures } from '../../test/imageBatches.ts';
import { compose } from './compose.ts';
import { createTransform } from './createTransform.ts';
import { cutout } from './cutout.ts';
import { horizontalFlip } from './horizontalFlip.ts';
import { normalize } from './normalize.ts';
import { pad } from './pad.ts';
import { randomCrop } from './randomCrop.ts';
import { rotate } from './rotate.ts';
import { zoom } from './zoom.ts';

describe('compose', () => {
  test('applies its transforms in the order given', () => {
    const images = copies([[[8]]], 1);
    const halve = normalize({ mean: [0], std: [2] });
    const less = normalize({ mean: [2], std: [1] });
    expect(apply(compose([halve, less]), images).item()).toBe(2);
    expect(apply(compose([less, halve]), images).item()).toBe(3);
  });

  test('joins neighbours that move pixels without changing what they do', () => {
    const steps = [pad({ pixels: 1 }), randomCrop({ size: 4, padding: 1 }), horizontalFlip()];
    const images = copies(numbered(), 50);
    const generator = new Generator({ seed: 9 });
    const oneByOne = steps.reduce((batch, step) => step.apply(batch, { generator }), images);
    expect(pictures(apply(compose(steps), images, 9))).toEqual(pictures(oneByOne));
  });

  test.each([
    ['pixels moved whole', [pad({ pixels: 1 }), randomCrop({ size: 4, padding: 1 })]],
    ['turns and zooms', [rotate({ degrees: 40 }), zoom({ factor: [0.8, 1.3] })]],
    ['matrices on colours', [createTransform('hue', { degrees: 9 }), createTransform('grayscale')]],
  ])('makes neighbours one step, which is none of their own: %s', (_, steps) => {
    const alone = (): never => {
      throw new Error('a step of its own');
    };
    const images = copies(numbered(), 5).remainder(200).to({ dtype: 'uint8' });
    const joined = compose(steps.map((step) => ({ ...step, apply: alone })));
    expect(pictures(apply(joined, images))).toEqual(pictures(apply(compose(steps), images)));
    const apart = steps.flatMap((step) => [step, cutout({ size: 1 })]);
    const kept = compose(apart.map((step) => ({ ...step, apply: alone })));
    expect(() => apply(kept, images)).toThrow('a step of its own');
  });

  test('rounds colours once where neighbours are joined: half of 101 and twice that are 101', () => {
    const half = createTransform('brightness', { multiply: [0.5, 0.5] });
    const twice = createTransform('brightness', { multiply: [2, 2] });
    const grey = copies([[[101]], [[101]], [[101]]], 1).to({ dtype: 'uint8' });
    expect(
      apply(compose([half, twice]), grey)
        .flatten()
        .toArray(),
    ).toEqual([101, 101, 101]);
    expect(apply(twice, apply(half, grey)).flatten().toArray()).not.toContain(101);
  });

  test('lists what really runs', () => {
    expect(compose([horizontalFlip(), cutout({ size: 8 })]).settings).toEqual({
      transforms: [
        { name: 'horizontalFlip', probability: 0.5 },
        { name: 'cutout', size: 8, holes: 1, probability: 1, fill: 0 },
      ],
    });
  });
});
