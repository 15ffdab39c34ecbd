import { describe, expect, test } from 'vitest';

import {
  DTypeError,
  enableGrad,
  grad,
  inferenceMode,
  isGradEnabled,
  noGrad,
  ones,
  ShapeError,
  tensor,
  type Tensor,
  zeros,
} from '../src/index.ts';

// Expected gradients are worked out by hand: d(x^3)/dx = 3x^2, and so on.

function leaf(data: number[]): Tensor {
  return tensor(data, { requiresGrad: true });
}

describe('backward', () => {
  test('adds to the gradients of leaves', () => {
    const x = leaf([1, 2, 3]);
    x.pow(3).sum().backward();
    expect(x.grad?.toArray()).toEqual([3, 12, 27]);
    x.mul(2).sum().backward();
    expect(x.grad?.toArray()).toEqual([5, 14, 29]);
  });

  test('takes the gradient of a result that has several elements', () => {
    const x = leaf([1, 2]);
    x.mul(3).backward({ gradient: tensor([1, 10]) });
    expect(x.grad?.toArray()).toEqual([3, 30]);
    expect(() => leaf([1, 2]).mul(3).backward()).toThrow(
      'grad can be implicitly created only for scalar',
    );
  });

  test('frees the graph unless retainGraph', () => {
    const freed = leaf([2]).pow(2);
    freed.backward();
    expect(() => freed.backward()).toThrow('backward through the graph a second time');
    const x = leaf([2]);
    const kept = x.pow(2);
    kept.backward({ retainGraph: true });
    kept.backward();
    expect(x.grad?.item()).toBe(8);
  });

  test('with createGraph can be differentiated again', () => {
    const x = leaf([2]);
    x.pow(3).backward({ createGraph: true });
    const first = x.grad as Tensor;
    expect(first.requiresGrad).toBe(true);
    expect(grad(first, [x])[0]?.item()).toBe(12); // 6x
  });

  test('with inputs touches only those', () => {
    const [x, y] = [leaf([2]), leaf([3])];
    x.mul(y).backward({ inputs: [y] });
    expect(x.grad).toBeUndefined();
    expect(y.grad?.item()).toBe(2);
  });

  test('refuses an empty list of inputs, which libtorch takes for all leaves', () => {
    const x = leaf([2]);
    expect(() => x.mul(2).backward({ inputs: [] })).toThrow(
      'backward: expected inputs to be at least one tensor, got []. Leave it out for all leaves.',
    );
    expect(() => grad(x.mul(2), [])).toThrow(
      'grad: expected inputs to be at least one tensor, got [].',
    );
    expect(x.grad).toBeUndefined();
  });
});

describe('grad', () => {
  test('gives gradients of chosen inputs and leaves grad alone', () => {
    const [x, y] = [leaf([2]), leaf([3])];
    const gradients = grad(x.mul(y), [x, y]);
    expect(gradients.map((gradient) => gradient?.item())).toEqual([3, 2]);
    expect(x.grad).toBeUndefined();
  });

  test('weighs outputs by gradOutputs', () => {
    const x = leaf([1, 2]);
    const [gradient] = grad([x.mul(2), x.mul(3)], [x], {
      gradOutputs: [tensor([1, 0]), tensor([0, 1])],
    });
    expect(gradient?.toArray()).toEqual([2, 3]);
  });

  test('refuses an unused input unless allowUnused', () => {
    const [x, unused] = [leaf([1]), leaf([1])];
    expect(() => grad(x.mul(2), [unused])).toThrow('appears to not have been used');
    expect(grad(x.mul(2), [unused], { allowUnused: true })).toEqual([undefined]);
  });

  test('keeps the graph with retainGraph', () => {
    const x = leaf([3]);
    const y = x.pow(2);
    grad(y, [x], { retainGraph: true });
    expect(grad(y, [x])[0]?.item()).toBe(6);
    expect(() => grad(y, [x])).toThrow('second time');
  });
});

describe('modes', () => {
  test('noGrad records nothing and enableGrad inside it records again', () => {
    const x = leaf([1]);
    noGrad(() => {
      expect(isGradEnabled()).toBe(false);
      expect(x.mul(2).requiresGrad).toBe(false);
      enableGrad(() => expect(x.mul(2).requiresGrad).toBe(true));
    });
    expect(isGradEnabled()).toBe(true);
  });

  test('end when work throws', () => {
    const fail = (): never => {
      throw new Error('stop');
    };
    expect(() => noGrad(fail)).toThrow('stop');
    expect(() => inferenceMode(fail)).toThrow('stop');
    expect(leaf([1]).mul(2).requiresGrad).toBe(true);
  });

  test('inferenceMode makes tensors that no graph may hold', () => {
    const x = leaf([1]);
    const answer = inferenceMode(() => x.mul(2));
    expect(answer.requiresGrad).toBe(false);
    expect(() => answer.mul(x).sum().backward()).toThrow('Inference tensors cannot be saved');
  });

  test('refuse a promise, whose rest would run outside', () => {
    expect(() => noGrad(async () => Promise.resolve())).toThrow(
      'noGrad: expected work to be synchronous, got a promise. Await first, then enter the mode.',
    );
    expect(() => inferenceMode(async () => Promise.resolve())).toThrow(
      'inferenceMode: expected work',
    );
  });
});

describe('hooks', () => {
  test('see the gradient and may replace it', () => {
    const x = leaf([1, 2]);
    const seen: unknown[] = [];
    x.registerHook((gradient) => {
      seen.push(gradient.toArray());
      return gradient.mul(10);
    });
    x.mul(3).sum().backward();
    expect(seen).toEqual([[3, 3]]);
    expect(x.grad?.toArray()).toEqual([30, 30]);
  });

  test('fire no more once removed', () => {
    const x = leaf([1]);
    let calls = 0;
    const hook = x.registerHook(() => void calls++);
    x.mul(2).backward();
    hook.remove();
    x.mul(2).backward();
    expect(calls).toBe(1);
  });

  test('work on tensors between leaf and result, in the order of the backward pass', () => {
    const x = leaf([2]);
    const middle = x.mul(3);
    const order: string[] = [];
    const hooks = [
      x.registerHook(() => void order.push('x')),
      middle.registerHook(() => void order.push('middle')),
    ];
    middle.pow(2).backward();
    expect(order).toEqual(['middle', 'x']);
    hooks.forEach((hook) => hook.remove());
  });

  test('pass on what they throw', () => {
    const x = leaf([1]);
    const hook = x.registerHook(() => {
      throw new TypeError('from the hook');
    });
    expect(() => x.mul(2).backward()).toThrow(new TypeError('from the hook'));
    hook.remove();
    x.mul(2).backward();
    expect(x.grad?.item()).toBe(2);
  });

  test('run in grad as well', () => {
    const x = leaf([1]);
    const middle = x.mul(2);
    const hook = middle.registerHook((gradient) => gradient.add(1));
    expect(grad(middle.mul(3), [x])[0]?.item()).toBe(8); // (3 + 1) * 2
    hook.remove();
  });

  test('compute in the mode of the pass that runs them', () => {
    const [x, weight] = [leaf([1]), leaf([2])];
    const middle = x.mul(3);
    const isRecorded: boolean[] = [];
    const hook = middle.registerHook((gradient) => {
      const product = gradient.mul(weight);
      isRecorded.push(product.requiresGrad);
      return product;
    });
    grad(middle, [x], { retainGraph: true });
    const [recorded] = noGrad(() => grad(middle, [x], { createGraph: true }));
    expect(isRecorded).toEqual([false, true]);
    expect([recorded?.item(), recorded?.requiresGrad]).toEqual([6, true]);
    hook.remove();
  });

  test('keep the mode of the caller in the thread that computes', () => {
    const x = leaf([1]);
    const hook = x.registerHook(() => undefined);
    const y = x.pow(3);
    y.backward({ createGraph: true });
    expect(x.grad?.requiresGrad).toBe(true);
    hook.remove();
  });
});

test('a gradient that is set must be like its tensor', () => {
  const x = leaf([1, 2]);
  x.grad = tensor([3, 4]);
  expect(() => (x.grad = tensor([3]))).toThrow(
    new ShapeError('grad: expected the gradient to be of shape (2), got (1).'),
  );
  expect(() => (x.grad = tensor([3, 4], { dtype: 'float64' }))).toThrow(
    new DTypeError('grad: expected the gradient to be float32, got float64.'),
  );
  expect(x.grad?.toArray()).toEqual([3, 4]);
  x.grad = undefined;
  expect(x.grad).toBeUndefined();
});

test('detach cuts the history and shares the elements', () => {
  const x = leaf([1, 2]);
  const cut = x.detach();
  expect(cut.requiresGrad).toBe(false);
  cut.fill_(5);
  expect(x.toArray()).toEqual([5, 5]);
});

test('a leaf is what a user made', () => {
  const x = leaf([1]);
  expect([x.isLeaf, x.mul(2).isLeaf]).toEqual([true, false]);
  expect(ones([1]).requiresGrad_().requiresGrad).toBe(true);
  expect(zeros([1], { requiresGrad: true }).requiresGrad).toBe(true);
});
