import { Generator, randint, type Tensor, zeros } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { createTransform, describeTransform } from './createTransform.ts';
import { Targets } from './targets.ts';
import type { Transform } from './transform.ts';
import { transformEntries } from './transformEntries.ts';
import type { TransformContext } from './transformContext.ts';

const count = 16;

/** Random pictures of 32 x 32 bytes. */
function bytes(seed = 1): Tensor {
  const generator = new Generator({ seed });
  const drawn = randint({ high: 256, shape: [count, 32, 32, 3], dtype: 'uint8', generator });
  return drawn.permute([0, 3, 1, 2]);
}

function run(transform: Transform, images: Tensor, context: Partial<TransformContext> = {}) {
  const generator = new Generator({ seed: 5 });
  return transform.apply(images, { generator, indices: rows, ...context });
}

const rows = Array.from({ length: count }, (_, index) => index);

const same = (one: Tensor, other: Tensor) =>
  one.dtype === other.dtype && one.sub(other).eq(0).all().item() === 1;

/** Nothing about these is drawn. */
const fixed = new Set([
  'alternatingFlip',
  'pad',
  'boxBlur',
  'grayscale',
  'invert',
  'solarize',
  'posterize',
  'autoContrast',
  'equalize',
  'normalize',
]);
/** These put a part of one image into another. */
const mixing = new Set(['mixup', 'cutmix']);

describe.each([...transformEntries])('%s keeps the contract of a transform:', (name, entry) => {
  const transform = entry.make(entry.example as never);

  test('new images of the same kind, channels_last, the given ones untouched', () => {
    const images = bytes();
    const made = run(transform, images);
    expect(same(images, bytes())).toBe(true);
    expect(made.isContiguous('channelsLast')).toBe(true);
    expect(made.dtype).toBe(name === 'normalize' ? 'float32' : 'uint8');
    expect(made.shape.slice(0, 2)).toEqual([count, 3]);
    const planar = images.contiguous();
    expect(same(run(transform, planar), made)).toBe(true);
  });

  test('the same from the same seed, another from another', () => {
    const made = run(transform, bytes());
    expect(same(run(transform, bytes()), made)).toBe(true);
    const other = run(transform, bytes(), { generator: new Generator({ seed: 6 }) });
    expect(same(other, made)).toBe(fixed.has(name));
  });

  test('its settings, given back as options, make the same transform', () => {
    const again = createTransform(name, transform.settings);
    expect(again.settings).toEqual(transform.settings);
    expect(same(run(again, bytes()), run(transform, bytes()))).toBe(true);
    expect(describeTransform(name).options).toEqual(transform.settings);
  });

  test('it says which images it changed; the others are what they were', () => {
    const changed = zeros([count], { dtype: 'bool' });
    const made = run(transform, bytes(), {
      onChanged: (_, which) => void changed.copy_(changed.logicalOr(which)),
    });
    expect(changed.any().item()).toBe(1);
    if (made.shape[2] !== 32 || made.dtype !== 'uint8') return;
    const differs = made.sub(bytes()).abs().amax([1, 2, 3]).gt(0);
    expect(differs.any().item()).toBe(1);
    expect(differs.logicalAnd(changed.logicalNot()).any().item()).toBe(0);
  });

  test('labels stay as they are', () => {
    const labels = randint({ high: 3, shape: [count, 2], generator: new Generator({ seed: 2 }) });
    const targets = new Targets(labels, { one: ['a', 'b', 'c'], other: ['d', 'e', 'f'] });
    run(transform, bytes(), { targets });
    expect(same(targets.labels, labels)).toBe(true);
    expect(targets.mix !== undefined).toBe(mixing.has(name));
  });

  test('an image comes out the same whatever its neighbours are', () => {
    if (mixing.has(name)) return;
    const [one, other] = [bytes(), bytes(9)];
    const half = count / 2;
    const patched = one.clone();
    patched.narrow(0, half, half).copy_(other.narrow(0, half, half));
    const [whole, part] = [run(transform, one), run(transform, patched)];
    expect(same(whole.narrow(0, 0, half), part.narrow(0, 0, half))).toBe(true);
  });

  test('a misspelt option is refused', () => {
    expect(() => createTransform(name, { ...entry.example, nonsence: 1 })).toThrow(
      /got "nonsence"/,
    );
  });
});

const chancy = [...transformEntries].filter(([, entry]) => {
  return 'probability' in entry.make(entry.example as never).settings;
});

test.each(chancy)(
  '%s changes the stated share of 10,000 images, within five deviations',
  (name, entry) => {
    const transform = createTransform(name, {
      ...entry.example,
      probability: 0.3,
      ...(name === 'cutout' && { size: 2 }),
      ...(name === 'coarseDropout' && { cells: 2 }),
    });
    let changed = 0;
    transform.apply(zeros([10_000, 3, 4, 4], { dtype: 'uint8' }), {
      generator: new Generator({ seed: 3 }),
      onChanged: (_, which) => (changed += which.sum().item()),
    });
    // Five deviations of a binomial, 5 · √(10000 · 0.3 · 0.7).
    expect(Math.abs(changed - 3000)).toBeLessThan(230);
  },
);
