import { randn, resize, Tensor } from '@ocelli/torch';
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
  const mapsOf = (some: Tensor, index: number): Tensor => {
    const [explanation] = explain(model, some, { targets: [{ head: 'age', class: index }] });
    if (!explanation) throw new Error('internal: a target without an explanation');
    return explanation.maps;
  };
  const tops = [0, 1, 2].flatMap((index) => {
    const together = mapsOf(images, index);
    for (const row of [0, 1, 2]) {
      const alone = mapsOf(images.narrow(0, row, 1), index);
      expect(together.narrow(0, row, 1).sub(alone).abs().max().item()).toBeLessThan(1e-3);
    }
    return together.amax([1, 2]).toArray();
  });
  expect(tops).toContain(1); // else all of them are maps of zeros
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
    if (own === undefined) throw new Error('internal: the head made no maps');
    // A map that is nowhere positive says nothing and stays 0, so the class is one whose map is not.
    const index = own.amax([0, 2, 3]).argmax().item();
    const large = resize(own.narrow(1, index, 1).relu(), [64, 64]).squeeze(1);
    const low = large.amin([1, 2], { keepdim: true });
    const range = large.amax([1, 2], { keepdim: true }).sub(low);
    const expected = large.sub(low).div(range.clamp({ min: 1e-9 })); // from 0 to 1
    expect(expected.amax().item()).toBe(1);
    const targets = [{ head: 'age', class: index }];
    const [explanation] = explain(model, images, { targets, method: 'class-map' });
    expect(explanation?.maps.sub(expected).abs().max().item()).toBeLessThan(1e-5);
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
