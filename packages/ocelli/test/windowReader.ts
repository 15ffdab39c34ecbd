import {
  Conv2d,
  GlobalAvgPool,
  Module,
  noGrad,
  Sequential,
  type Tensor,
  zeros,
} from '@ocelli/torch';

/** `(8, 8)`: 1 in rows 2 and 3 of columns 4 to 7, and 0 elsewhere. */
export function readWindow(): Tensor {
  const window = zeros([8, 8]);
  window.narrow(0, 2, 2).narrow(1, 4, 4).add_(1);
  return window;
}

class Window extends Module {
  forward(maps: Tensor): Tensor {
    return maps.mul(readWindow());
  }
}

/**
 * Reads how red pictures of 8 x 8 are in a window, for its first class, and is blind elsewhere: of a picture
 * that is as red everywhere, a true map of that class is the window. Its maps are above 0 for values above −4.
 */
export function windowReader(numClasses = 2): Module {
  const red = new Conv2d(3, numClasses, 1);
  noGrad(() => {
    for (const parameter of red.parameters()) parameter.zero_();
    red.weight.select(0, 0).select(0, 0).add_(1);
    red.bias?.select(0, 0).add_(4);
  });
  return new Sequential({ red, window: new Window(), mean: new GlobalAvgPool() });
}
