import { describe, expect, it } from 'vitest';

import { tensor, zeros } from '../create.ts';
import { OcelliError, OptionError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { clipGradNorm, clipGradValue } from './gradClip.ts';

function withGrads(...grads: number[][]): Tensor[] {
  return grads.map((grad) => {
    const param = zeros([grad.length], { requiresGrad: true, dtype: 'float64' });
    param.grad = tensor(grad, { dtype: 'float64' });
    return param;
  });
}

const gradsOf = (params: Tensor[]): unknown[] => params.map((param) => param.grad?.toArray());

describe('clipGradNorm', () => {
  it('scales the gradients of all parameters by one factor to the norm', () => {
    const params = withGrads([3, 0], [4], []);
    const norm = clipGradNorm(params, 1);
    expect(norm.item()).toBe(5);
    const factor = 1 / (5 + 1e-6); // PyTorch's 1e-6 against division by 0
    expect(gradsOf(params)).toEqual([[3 * factor, 0], [4 * factor], []]);
  });

  it('leaves gradients within the norm as they are', () => {
    const params = withGrads([3], [4]);
    expect(clipGradNorm(params, 6).item()).toBe(5);
    expect(gradsOf(params)).toEqual([[3], [4]]);
  });

  it('measures by the norm it is told', () => {
    expect(clipGradNorm(withGrads([3, -1], [-4]), 100, { normType: 1 }).item()).toBe(8);
    expect(clipGradNorm(withGrads([3, -1], [-4]), 100, { normType: Infinity }).item()).toBe(4);
    const params = withGrads([3], [-4]);
    clipGradNorm(params, 2, { normType: Infinity });
    const factor = 2 / (4 + 1e-6);
    expect(gradsOf(params)).toEqual([[3 * factor], [-4 * factor]]);
  });

  it('gives 0 where there are no gradients', () => {
    expect(clipGradNorm([zeros([2], { requiresGrad: true })], 1).item()).toBe(0);
  });

  it('lets a norm that is not finite through, unless told otherwise', () => {
    expect(clipGradNorm(withGrads([Infinity]), 1).item()).toBe(Infinity);
    const params = withGrads([NaN], [2]);
    const clip = (): Tensor => clipGradNorm(params, 1, { errorIfNonfinite: true });
    expect(clip).toThrow(OcelliError);
    expect(clip).toThrow(
      'clipGradNorm: expected the norm of the gradients to be finite, got NaN. Lower the learning rate, or look for what made the loss overflow.',
    );
    expect(gradsOf(params)).toEqual([[NaN], [2]]);
  });

  it('refuses norms that are not above 0 and unknown options', () => {
    const params = withGrads([1]);
    expect(() => clipGradNorm(params, 0)).toThrow(OptionError);
    expect(() => clipGradNorm(params, 1, { normType: 0 })).toThrow(OptionError);
    expect(() => clipGradNorm(params, 1, { normtype: 1 } as object)).toThrow(
      'Did you mean "normType"?',
    );
  });
});

describe('clipGradValue', () => {
  it('limits each element', () => {
    const params = withGrads([3, -0.5], [-4]);
    clipGradValue([...params, zeros([1])], 1);
    expect(gradsOf(params)).toEqual([[1, -0.5], [-1]]);
  });

  it('refuses limits that are not above 0', () => {
    expect(() => clipGradValue([], -1)).toThrow(
      'clipGradValue: expected maxValue to be a number above 0, got -1.',
    );
  });
});
