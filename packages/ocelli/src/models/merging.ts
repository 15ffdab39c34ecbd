import { cat, Module, ShapeError, type Tensor } from '@ocelli/torch';

/** The sum of tensors of one shape. */
export class Add extends Module<readonly Tensor[], Tensor> {
  /** @throws {ShapeError} if their shapes differ. */
  forward(tensors: readonly Tensor[]): Tensor {
    const shapes = tensors.map(({ shape }) => `(${shape.join(', ')})`);
    if (new Set(shapes).size > 1) {
      throw new ShapeError(`Add: expected tensors of one shape, got ${shapes.join(' and ')}.`);
    }
    return tensors.reduce((sum, one) => sum.add(one));
  }
}

/** Tensors joined along dimension 1: channels of feature maps, or features. */
export class Concatenate extends Module<readonly Tensor[], Tensor> {
  forward(tensors: readonly Tensor[]): Tensor {
    return cat([...tensors], 1);
  }
}
