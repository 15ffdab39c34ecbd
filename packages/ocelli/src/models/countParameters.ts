import type { AnyModule } from '@ocelli/torch';

/** How many numbers a model is made of, counted the way Keras prints them. */
export interface ParameterCount {
  readonly total: number;
  /** Learned by an optimizer. */
  readonly trainable: number;
  /** Frozen parameters and running statistics. */
  readonly nonTrainable: number;
}

/**
 * Counts parameters and the running statistics of batch normalization. PyTorch's counter of batches
 * (`num_batches_tracked`) is no part of the network, so integer buffers are left out.
 */
export function countParameters(model: AnyModule): ParameterCount {
  const parameters = model.parameters();
  const statistics = model.buffers().filter(({ dtype }) => dtype.includes('float'));
  const trainable = numbersIn(parameters.filter(({ requiresGrad }) => requiresGrad));
  const total = numbersIn(parameters) + numbersIn(statistics);
  return { total, trainable, nonTrainable: total - trainable };
}

function numbersIn(tensors: readonly { readonly numel: number }[]): number {
  return tensors.reduce((sum, { numel }) => sum + numel, 0);
}
