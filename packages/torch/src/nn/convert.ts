import { noGrad } from '../autograd.ts';
import type { Device } from '../device.ts';
import { isFloatingPoint, type DType } from '../dtype.ts';
import { DTypeError } from '../errors.ts';
import { readOptions } from '../options.ts';
import { operator, type MemoryFormat, type Tensor } from '../tensor.ts';

/** Options of `Module.to`; what is left out stays as it is. */
export interface ConvertOptions {
  /** Floating-point type of the parameters and floating-point buffers; integers keep theirs. */
  dtype?: DType;
  /** Where the tensors shall lie. */
  device?: Device;
  /** Layout in memory of the 4-dimensional tensors. */
  memoryFormat?: MemoryFormat;
}

const setData = operator('aten::set_data');

/**
 * Converts tensors in place: the objects stay the same, so an optimizer that holds them goes on
 * working. Gradients are converted along.
 *
 * @throws {DTypeError} if `dtype` is not a floating-point or complex type.
 */
export function convertInPlace(tensors: Iterable<Tensor>, options: ConvertOptions): void {
  const { dtype } = readOptions('to', options, ['dtype', 'device', 'memoryFormat']);
  if (dtype !== undefined && !isFloatingPoint(dtype)) {
    throw new DTypeError(`to: expected dtype to be floating point or complex, got ${dtype}.`);
  }
  noGrad(() => {
    for (const tensor of tensors) {
      const { grad } = tensor;
      setData(tensor, converted(tensor, options));
      if (grad !== undefined) tensor.grad = converted(grad, options);
    }
  });
}

function converted(tensor: Tensor, { dtype, device, memoryFormat }: ConvertOptions): Tensor {
  return tensor.to({
    ...(dtype !== undefined && isFloatingPoint(tensor.dtype) && { dtype }),
    ...(device !== undefined && { device }),
    ...(memoryFormat !== undefined && tensor.dim === 4 && { memoryFormat }),
  });
}
