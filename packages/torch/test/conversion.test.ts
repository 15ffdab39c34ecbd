import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { fromTypedArray, Generator, operator, tensor, type Tensor, zeros } from '../src/index.ts';
import { native } from '../src/native.ts';

// Each test sends values through an operator that gives them back, so the expectation is the input.

const scalarTensor = operator('aten::scalar_tensor');
const item = operator('aten::item');

function echo(value: unknown, dtype: string): unknown {
  return item(scalarTensor(value, dtype, 'strided', 'cpu', false));
}

describe('scalars', () => {
  test('any double comes back the same, -0, NaN and infinities included', () => {
    fc.assert(fc.property(fc.double(), (value) => Object.is(echo(value, 'float64'), value)));
    for (const value of [-0, NaN, Infinity, -Infinity, Number.MIN_VALUE]) {
      expect(echo(value, 'float64')).toBe(value);
    }
  });

  test('any integer of 64 bits comes back, as bigint beyond 2^53', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(int64, (value) => {
        const expected = Number.isSafeInteger(Number(value)) ? Number(value) : value;
        expect(echo(value, 'int64')).toBe(expected);
      }),
    );
  });

  test('an integer of 65 bits is refused', () => {
    expect(() => echo(2n ** 63n, 'int64')).toThrow(
      'argument s: expected an integer of 64 bits, got 9223372036854775808',
    );
  });

  test('booleans and complex numbers come back', () => {
    expect(echo(true, 'bool')).toBe(true);
    expect(echo({ re: 1.5, im: -2 }, 'complex128')).toEqual({ re: 1.5, im: -2 });
  });

  test('an integral number keeps an integer tensor integer, a fraction makes it float', () => {
    const counts = tensor([1, 2], { dtype: 'int64' });
    expect(counts.add(2).dtype).toBe('int64');
    expect(counts.add(2.5).dtype).toBe('float32');
  });
});

describe('lists', () => {
  test('any list of sizes comes back as a shape', () => {
    const sizes = fc.array(fc.nat(3), { maxLength: 6 });
    fc.assert(
      fc.property(sizes, (shape) => {
        expect(zeros(shape).shape).toEqual(shape);
      }),
    );
  });

  test('a single number is repeated where a list of fixed length is due', () => {
    const pool = operator('aten::avg_pool2d');
    expect(pool(zeros([1, 1, 4, 6]), 2).shape).toEqual([1, 1, 2, 3]);
    expect(() => zeros(3 as never)).toThrow('argument size: expected an array, got 3');
  });

  test('lists of floats are read', () => {
    const upsample = operator('aten::upsample_nearest2d.vec');
    expect(upsample(zeros([1, 1, 2, 2]), undefined, [1.5, 2]).shape).toEqual([1, 1, 3, 4]);
  });

  test('lists of booleans are read, and results left out come as undefined', () => {
    const backward = operator('aten::native_layer_norm_backward');
    const x = zeros([2, 3]);
    const mean = zeros([2, 1]);
    const results = backward(x, x, [3], mean, mean, undefined, undefined, [true, false, false]);
    expect((results as (Tensor | undefined)[]).map((result) => result?.shape)).toEqual([
      [2, 3],
      undefined,
      undefined,
    ]);
  });

  // The newest libtorch has given up names of dimensions, and with them the only such operator.
  const hasNames = native.findOperator('aten::zeros', 'names') !== undefined;
  test.skipIf(!hasNames)('lists of strings are read, where libtorch names dimensions', () => {
    const named = operator('aten::zeros.names');
    expect(named([2, 3], ['dimname::rows', 'dimname::columns']).shape).toEqual([2, 3]);
  });

  test('lists of scalars are read', () => {
    const add = operator('aten::_foreach_add.ScalarList');
    const sums = add([zeros([1]), zeros([1])], [1, 2.5]) as Tensor[];
    expect(sums.map((sum) => sum.item())).toEqual([1, 2.5]);
  });

  test('lists of tensors go in and out', () => {
    const parts = tensor([1, 2, 3, 4]).split(3);
    expect(parts.map((part) => part.toArray())).toEqual([[1, 2, 3], [4]]);
    expect(operator('aten::cat')(parts).toArray()).toEqual([1, 2, 3, 4]);
  });

  test('a list of optional tensors may have holes', () => {
    const index = operator('aten::index.Tensor');
    const columns = tensor([1, 0], { dtype: 'int64' });
    const matrix = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(index(matrix, [null, columns]).toArray()).toEqual([
      [2, 1],
      [4, 3],
    ]);
  });
});

describe('names', () => {
  test('dtypes go in and out by name', () => {
    const promote = operator('aten::promote_types');
    expect(promote('int64', 'float16')).toBe('float16');
    expect(() => promote('int64', 'flaot16')).toThrow(
      'argument type2: expected dtype to be one of float32, float64,',
    );
  });

  test('devices, layouts and memory formats go in by name', () => {
    const empty = operator('aten::empty.memory_format');
    const made = empty([1, 2, 3, 4], 'float32', 'strided', 'cpu', false, 'channelsLast') as Tensor;
    expect(made.strides).toEqual([24, 1, 8, 2]);
    expect(made.device).toBe('cpu');
    expect(() => empty([1], 'float32', 'dense')).toThrow(
      'expected layout to be one of strided, sparse, sparseCsr, mkldnn, got "dense"',
    );
    expect(() => empty([1], 'float32', 'strided', 'gpu')).toThrow('argument device');
  });

  test('strings are read', () => {
    const div = operator('aten::div.Tensor_mode');
    expect(div(tensor([7]), tensor([2]), 'floor').item()).toBe(3);
  });

  test('a quantization scheme comes out by name', () => {
    const quantize = operator('aten::quantize_per_tensor');
    const scheme = operator('aten::qscheme');
    expect(scheme(quantize(tensor([1, 2]), 0.5, 0, 'quint8'))).toBe('perTensorAffine');
  });
});

describe('other values', () => {
  test('a generator goes in', () => {
    const draw = (): unknown =>
      operator('aten::rand.generator')([3], new Generator({ seed: 5 })).toArray();
    expect(draw()).toEqual(draw());
  });

  test('a stream goes in', () => {
    // Only its reading shows on the CPU: libtorch then says that the CPU has no such operator.
    const record = operator('aten::record_stream');
    expect(() => record(zeros([1]), 5)).toThrow(
      'argument s: expected a stream {device, id}, got 5',
    );
    expect(() => record(zeros([1]), { device: 'cpu', id: 0 })).toThrow('aten::record_stream');
  });

  test('the storage of a tensor is taken where a storage is due', () => {
    const set = operator('aten::set_.source_Storage');
    const target = tensor([0]);
    set(target, tensor([1, 2, 3]));
    expect(target.toArray()).toEqual([1, 2, 3]);
  });

  test('a tuple comes out as an array', () => {
    const [values, indices] = operator('aten::max.dim')(tensor([[1, 5, 2]]), 1) as Tensor[];
    expect([values?.item(), indices?.item()]).toEqual([5, 1]);
  });

  test('what an operator writes into comes back as itself', () => {
    const target = zeros([2]);
    expect(operator('aten::add.out')(tensor([1, 2]), tensor([3, 4]), 1, target)).toBe(target);
    expect(target.toArray()).toEqual([4, 6]);
  });
});

describe('every schema of the installed libtorch', () => {
  test('has arguments of kinds that the bridge converts', () => {
    const plain =
      /^(Tensor|int|float|complex|bool|number|str|ScalarType|Device|Layout|MemoryFormat|QScheme|Generator|Stream|Storage)$/;
    const unconverted = new Set<string>();
    for (const full of native.operatorNames()) {
      const dot = full.indexOf('.', full.indexOf('::'));
      const [name, overload] = dot < 0 ? [full, ''] : [full.slice(0, dot), full.slice(dot + 1)];
      if (!name.startsWith('aten::')) continue;
      for (const { type } of native.findOperator(name, overload)?.arguments ?? []) {
        const innermost = type.replace(/Optional\[|List\[|\]/g, '');
        // Values of libtorch's own classes (packed weights) are only passed on.
        const opaque = innermost.startsWith('__torch__.torch.classes.');
        if (!plain.test(innermost) && !opaque) unconverted.add(innermost);
      }
    }
    expect([...unconverted]).toEqual([]);
  });
});

describe('errors', () => {
  test('name the operator and the shapes it got', () => {
    const [a, b] = [zeros([128, 512]), zeros([256, 10])];
    expect(() => a.mm(b)).toThrow(
      'aten::mm: mat1 and mat2 shapes cannot be multiplied (128x512 and 256x10), ' +
        'called with self float32 (128, 512), mat2 float32 (256, 10).',
    );
  });

  test('name the argument that is missing or of the wrong kind', () => {
    const relu = operator('aten::relu');
    expect(() => relu()).toThrow('aten::relu: expected argument self, got nothing');
    expect(() => relu('x')).toThrow('aten::relu: argument self: expected a handle of libtorch');
  });

  test('say that a tensor was freed', () => {
    const freed = zeros([2]);
    freed.dispose();
    expect(() => freed.add(1)).toThrow('the tensor was freed');
  });
});

test('a typed array is shared, not copied', () => {
  const array = new Float32Array([1, 2, 3]);
  const shared = fromTypedArray(array, [3]);
  array[0] = 7;
  expect(shared.toArray()).toEqual([7, 2, 3]);
  shared.mul_(2);
  expect([...array]).toEqual([14, 4, 6]);
});
