import { pad, type Tensor } from '@ocelli/torch';

/**
 * Images smoothed along both axes with a kernel of their own each; beyond the edge they are mirrored.
 *
 * @param pixels float32 `(N, C, H, W)`.
 * @param kernels float32 `(N, 2 · radius + 1)`, each adding up to 1.
 */
export function separableBlur(pixels: Tensor, kernels: Tensor): Tensor {
  return blurAlong(blurAlong(pixels, kernels, 3), kernels, 2);
}

function blurAlong(pixels: Tensor, kernels: Tensor, dim: 2 | 3): Tensor {
  const length = pixels.shape[dim] ?? 0;
  const taps = kernels.shape[1] ?? 0;
  const radius = (taps - 1) / 2;
  const sides = dim === 3 ? [radius, radius, 0, 0] : [0, 0, radius, radius];
  const padded = pad(pixels, sides, { mode: 'reflect' });
  const weight = (tap: number) => kernels.narrow(1, tap, 1).view([-1, 1, 1, 1]);
  const sum = padded.narrow(dim, 0, length).mul(weight(0));
  for (let tap = 1; tap < taps; tap++) {
    sum.add_(padded.narrow(dim, tap, length).mul(weight(tap)));
  }
  return sum;
}
