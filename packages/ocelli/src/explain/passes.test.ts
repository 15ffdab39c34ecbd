import { randn, Tensor } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { createModel } from '../models/catalog.ts';
import { personHeads } from '../models/personHeads.ts';
import { explain } from './explain.ts';

const targets = Object.keys(personHeads).map((head) => ({ head }));

test('Grad-CAM of all eight heads takes one forward, and one backward a head', () => {
  const model = createModel('resnet20', { heads: personHeads });
  let forwards = 0;
  let backwards = 0;
  model.child('pool').registerForwardHook((output: unknown) => {
    forwards++;
    // Behind what is looked at: its gradient is made once in every backward.
    if (output instanceof Tensor) output.registerHook(() => void backwards++);
  });
  const maps = explain(model, randn([2, 3, 32, 32]), { targets });
  expect(maps).toHaveLength(8);
  expect([forwards, backwards]).toEqual([1, 8]);
});

test('pictures of a batch have the maps they have alone', () => {
  const model = createModel('resnet20', { heads: { age: 3 } });
  const images = randn([3, 3, 32, 32]);
  const [together] = explain(model, images, { targets: [{ head: 'age', class: 1 }] });
  for (const row of [0, 1, 2]) {
    const alone = { targets: [{ head: 'age', class: 1 }] };
    const [one] = explain(model, images.narrow(0, row, 1), alone);
    if (!one || !together) throw new Error('internal: a target without an explanation');
    const apart = together.maps.narrow(0, row, 1).sub(one.maps).abs().max().item();
    expect(apart).toBeLessThan(1e-3);
  }
});

describe('class maps', () => {
  const images = randn([2, 3, 64, 64]);

  test('are what the 1×1 convolution of a head gave for the class', () => {
    const model = createModel('bottleneck-towers', { heads: { pose: 3, age: 5 } }).eval();
    let own: Tensor | undefined;
    const hook = model.child('heads.age.classes').registerForwardHook((output: unknown) => {
      if (output instanceof Tensor) own = output.clone();
    });
    model.forward(images);
    hook.remove();
    const targets = [{ head: 'age', class: 4 }];
    const [explanation] = explain(model, images, { targets, method: 'class-map' });
    expect(explanation?.maps.shape).toEqual([2, 64, 64]);
    const positive = own?.select(1, 4).relu();
    // A map that is nowhere positive says nothing and stays 0; else its top becomes 1.
    const tops = positive?.amax([1, 2]).gt(0).to({ dtype: 'float32' }).toArray();
    expect(explanation?.maps.amax([1, 2]).toArray()).toEqual(tops);
  });

  test('of a head without any are refused in one sentence', () => {
    const model = createModel('resnet20', { heads: { age: 5 } });
    const options = { targets: [{ head: 'age' }], method: 'class-map' };
    expect(() => explain(model, images, options)).toThrow(
      'explain: expected class-map to be left to heads that end in a map for every class and its mean, ' +
        'got "age". Use grad-cam, which looks at any layer.',
    );
  });
});
