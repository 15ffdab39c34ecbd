import { type AnyModule, Conv2d, type FanMode, kaimingNormal } from '@ocelli/torch';

/**
 * Draws the weights of every convolution of a model anew: normal, of standard deviation √(2 / fan), as
 * suits layers that a ReLU follows.
 *
 * @returns the model.
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export function heNormal<M extends AnyModule>(model: M, mode: FanMode): M {
  for (const [, module] of model.namedModules()) {
    if (module instanceof Conv2d) kaimingNormal(module.weight, { mode, nonlinearity: 'relu' });
  }
  return model;
}
