import { describe, expect, it } from 'vitest';

import { randn, tensor } from '../create.ts';
import { operator, type Tensor } from '../tensor.ts';
import { type Coefficients, orthogonalize } from './orthogonalize.ts';

const coefficients: Coefficients = [3.4445, -4.775, 2.0315];
const singularValues: (matrix: Tensor) => Tensor = operator('aten::linalg_svdvals');

describe('orthogonalize', () => {
  it.each([
    [8, 8],
    [4, 12],
    [12, 4],
  ])('brings the singular values of (%i, %i) near 1', (rows, columns) => {
    // prettier-ignore
    const matrix = randn([rows, columns], { dtype: 'float64' });
    const values = singularValues(orthogonalize(matrix, { steps: 8, coefficients }));
    expect(values.min().item()).toBeGreaterThan(0.6);
    expect(values.max().item()).toBeLessThan(1.3);
  });

  it('applies the polynomial once a step to a diagonal matrix', () => {
    const matrix = tensor([[3, 0], [0, 4]], { dtype: 'float64' }); // prettier-ignore
    const once = orthogonalize(matrix, { steps: 1, coefficients: [2, -1, 0.5] });
    const p = (s: number): number => 2 * s - s ** 3 + 0.5 * s ** 5;
    const [first, second] = [once.select(0, 0).select(0, 0), once.select(0, 1).select(0, 1)];
    expect(first.item()).toBeCloseTo(p(0.6), 6);
    expect(second.item()).toBeCloseTo(p(0.8), 6);
    expect(once.select(0, 0).select(0, 1).item()).toBe(0);
  });

  it('leaves a zero matrix zero', () => {
    const zero = tensor([[0, 0], [0, 0]]); // prettier-ignore
    expect(orthogonalize(zero, { steps: 5, coefficients }).toArray()).toEqual([[0, 0], [0, 0]]); // prettier-ignore
  });
});
