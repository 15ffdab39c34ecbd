import { BatchNorm2d, manualSeed, randn, type Tensor } from '@ocelli/torch';
import { beforeEach, expect, test } from 'vitest';
import { ConvUnit, type ConvUnitOptions } from './convUnit.ts';

beforeEach(() => manualSeed(1));

const images = (): Tensor => randn([2, 3, 8, 8]);
const keysOf = (options: ConvUnitOptions): string =>
  [...new ConvUnit(3, 4, options).stateDict()]
    .map(([key, { shape }]) => `${key} ${shape.join('×')}`)
    .join(', ');

test('the convolution comes first or last: the norm has its outputs or its inputs', () => {
  expect(keysOf({})).toContain('norm.running_mean 4');
  expect(keysOf({ order: 'normFirst' })).toContain('norm.running_mean 3');
  const [first, last] = [new ConvUnit(3, 4), new ConvUnit(3, 4, { order: 'normFirst' })];
  expect(first.forward(images()).min().item()).toBe(0);
  expect(last.forward(images()).min().item()).toBeLessThan(0);
  expect(first.child('norm', BatchNorm2d).weight?.shape).toEqual([4]);
});

test.each<[ConvUnitOptions, string]>([
  [{ kernelSize: 5 }, 'conv.weight 4×3×5×5'],
  [{ separable: true }, 'conv.pointwise.weight 4×3×1×1'],
  [{ bias: true }, 'conv.bias 4'],
])('%j shapes the convolution', (options, expected) => {
  expect(keysOf(options)).toContain(expected);
});

test('what is switched off is not there', () => {
  expect(keysOf({ norm: false })).not.toContain('norm');
  expect(keysOf({ bias: false })).not.toContain('bias 4, norm.weight');
  const linear = new ConvUnit(3, 4, { norm: false, activation: 'none' });
  expect(linear.forward(images()).min().item()).toBeLessThan(0);
});

test('stride and padding set the size, dropout makes passes in training differ', () => {
  expect(new ConvUnit(3, 4, { stride: 2 }).forward(images()).shape).toEqual([2, 4, 4, 4]);
  expect(new ConvUnit(3, 4, { padding: 0 }).forward(images()).shape).toEqual([2, 4, 6, 6]);
  const moved = (dropout: number): unknown => {
    const unit = new ConvUnit(3, 4, { dropout });
    const input = images();
    return unit.forward(input).sub(unit.forward(input)).abs().max().item();
  };
  expect(moved(0.5)).toBeGreaterThan(0);
  expect(moved(0)).toBe(0);
});

test.each([-0.1, 1.5, NaN])('a dropout of %d is refused', (dropout) => {
  expect(() => new ConvUnit(3, 4, { dropout })).toThrow(
    'ConvUnit: expected dropout to be a number from 0 to 1, got',
  );
});
