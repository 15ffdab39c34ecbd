import { svd, type Tensor, where, zerosLike } from '@ocelli/torch';
import type { Observation } from './observation.ts';

/** From what a layer gave to a map of how much each place speaks for the class, `(N, h, w)`, 0 or more. */
export type ClassActivation = (observation: Observation) => Tensor;

const places = [2, 3] as const;

/**
 * Grad-CAM: channels weighted by the mean of their gradients.
 *
 * `relu(Σ_c mean_hw(g_c) · A_c)`
 *
 * @see Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391
 */
export const gradCam: ClassActivation = ({ activations, gradients }) =>
  weighted(activations, gradients.mean(places, { keepdim: true }));

/**
 * Grad-CAM++: positive gradients weighted place by place, so that several objects of a class all count.
 *
 * `α = g² / (2g² + Σ_hw A·g³)`, `relu(Σ_c Σ_hw(α · relu(g))_c · A_c)`
 *
 * The paper multiplies by the exponential of the logit as well: one factor for the whole map, which would
 * overflow and which scaling to 0…1 takes out again.
 *
 * @see Chattopadhay et al. 2018, https://arxiv.org/abs/1710.11063
 */
export const gradCamPlusPlus: ClassActivation = ({ activations, gradients }) => {
  const square = gradients.pow(2);
  const cubes = activations.mul(square).mul(gradients).sum(places, { keepdim: true });
  const below = square.mul(2).add(cubes);
  const alpha = where(below.eq(0), zerosLike(square), square.div(below));
  return weighted(activations, alpha.mul(gradients.relu()).sum(places, { keepdim: true }));
};

/**
 * HiResCAM: gradient times activation at every place, faithful for models that end in one linear layer.
 *
 * `relu(Σ_c g_c · A_c)`
 *
 * @see Draelos & Carin 2020, https://arxiv.org/abs/2011.08891
 */
export const hiResCam: ClassActivation = ({ activations, gradients }) =>
  weighted(activations, gradients);

/**
 * LayerCAM: positive gradients as weights of each place; sharp also in early layers.
 *
 * `relu(Σ_c relu(g_c) · A_c)`
 *
 * @see Jiang et al. 2021, https://doi.org/10.1109/TIP.2021.3089943
 */
export const layerCam: ClassActivation = ({ activations, gradients }) =>
  weighted(activations, gradients.relu());

/**
 * Eigen-CAM: the first principal component of the activations. It does not look at the class.
 *
 * @see Muhammad & Yeasin 2020, https://arxiv.org/abs/2008.00299
 */
export const eigenCam: ClassActivation = ({ activations }) => {
  const [count = 0, channels = 0, height = 0, width = 0] = activations.shape;
  const rows = activations.reshape([count, channels, height * width]).transpose(1, 2); // (N, hw, C)
  const centred = rows.sub(rows.mean([1], { keepdim: true }));
  const direction = svd(centred).vh.narrow(1, 0, 1); // (N, 1, C)
  const scores = centred.mul(direction).sum([2]);
  // A component has no sign of its own: the side with the stronger activations is meant.
  const sign = scores
    .mul(rows.sum([2]))
    .sum([1], { keepdim: true })
    .sign();
  return scores.mul(sign).reshape([count, height, width]).relu();
};

function weighted(activations: Tensor, weights: Tensor): Tensor {
  return activations.mul(weights).sum([1]).relu();
}
