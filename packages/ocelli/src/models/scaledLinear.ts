import { Linear, type Tensor } from '@ocelli/torch';

/** A linear layer without bias, its output times a fixed number. */
export class ScaledLinear extends Linear {
  readonly scale: number;

  constructor(inFeatures: number, outFeatures: number, scale: number) {
    super(inFeatures, outFeatures, { bias: false });
    this.scale = scale;
  }

  override forward(input: Tensor): Tensor {
    return super.forward(input).mul(this.scale);
  }
}
