import { Generator } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { apply, copies, numbered, pictures } from '../../test/imageBatches.ts';
import { compose } from './compose.ts';
import { cutout } from './cutout.ts';
import { horizontalFlip } from './horizontalFlip.ts';
import { normalize } from './normalize.ts';
import { pad } from './pad.ts';
import { randomCrop } from './randomCrop.ts';

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

  test('lists what really runs', () => {
    expect(compose([horizontalFlip(), cutout({ size: 8 })]).settings).toEqual({
      transforms: [
        { name: 'horizontalFlip', probability: 0.5 },
        { name: 'cutout', size: 8, holes: 1, probability: 1, fill: 0 },
      ],
    });
  });
});
