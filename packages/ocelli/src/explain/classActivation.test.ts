import { tensor, type Tensor, zeros, zerosLike } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { eigenCam } from './classActivation.ts';

// The methods that look at gradients are held against published formulas in explain.test.ts.

/** The map of a layer with these channels, one list a picture; Eigen-CAM asks for no gradients. */
function eigenMaps(activations: Tensor): unknown {
  const facts = { layer: 'layer', scores: zeros([1]), classes: [0] };
  return eigenCam({ ...facts, activations, gradients: zerosLike(activations) }).toArray();
}

const close = (rows: readonly (readonly number[])[]) =>
  rows.map((row) => row.map((value) => expect.closeTo(value, 5) as number));

test('Eigen-CAM is what the first principal component says of each place, by hand', () => {
  const pictures = tensor([
    // The first channel varies most, the second says nothing of the component.
    [
      [[3, -3], [0, 0]],
      [[0, 0], [1, -1]],
    ],
    // Less their means the channels are 3 and 9/4 at one place, −1 and −3/4 elsewhere: along (0.8, 0.6).
    [
      [[0, 0], [0, 4]],
      [[0, 0], [0, 3]],
    ],
  ]); // prettier-ignore
  expect(eigenMaps(pictures)).toEqual([
    close([[3, 0], [0, 0]]),
    close([[0, 0], [0, 0.8 * 3 + 0.6 * 2.25]]),
  ]); // prettier-ignore
});

test('of the two sides of the component Eigen-CAM shows the one with the stronger activations', () => {
  const negative = tensor([[[[0, 0], [0, -4]], [[0, 0], [0, -3]]]]); // prettier-ignore
  const even = 0.8 + 0.6 * 0.75;
  expect(eigenMaps(negative)).toEqual([close([[even, even], [even, 0]])]); // prettier-ignore
});
