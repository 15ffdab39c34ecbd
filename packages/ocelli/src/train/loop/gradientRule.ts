import { grad, type GradOptions, type Tensor } from '@ocelli/torch';
import { towerKey } from '../../models/towers.ts';
import type { BatchOutcome, HeadOutcome } from '../../metrics/batchOutcome.ts';
import type { PictureModel } from '../loss/headBatches.ts';

/** Leaves in `grad` of every parameter what the optimizer is to follow. */
export type GradientRule = (outcome: BatchOutcome) => void;

/** One backward pass of the loss that is minimized. */
export const jointGradients: GradientRule = ({ loss }) => loss.backward();

/**
 * The layers of a head follow the gradient of its own loss, as if it stood alone; the trunk that all
 * share follows that of the weighted sum. So loss weights say how much an attribute shapes the trunk and
 * no longer how fast its head learns. With all weights 1 it is the joint update.
 *
 * @param model its heads are at `heads.<attribute>`.
 */
export function separateGradients(model: PictureModel): GradientRule {
  return ({ loss, heads }) => {
    for (const head of heads) {
      const own = headParameters(model, head);
      setGradients(own, gradientsOf(head.loss, own, { retainGraph: true }));
    }
    const trunk = trunkParameters(model);
    setGradients(trunk, gradientsOf(loss, trunk));
  };
}

/** The learning parameters that belong to one head alone. */
export function headParameters(
  model: PictureModel,
  { attribute }: Pick<HeadOutcome, 'attribute'>,
): Tensor[] {
  return learning(model, (key) => key.startsWith(`heads.${towerKey(attribute ?? '')}.`));
}

/** The learning parameters that all heads share. */
export function trunkParameters(model: PictureModel): Tensor[] {
  return learning(model, (key) => !key.startsWith('heads.'));
}

function learning(model: PictureModel, belongs: (key: string) => boolean): Tensor[] {
  const parameters = model.namedParameters();
  return parameters.flatMap(([key, one]) => (one.requiresGrad && belongs(key) ? [one] : []));
}

/** The gradient of a loss for each parameter; nothing where the loss does not depend on it. */
export function gradientsOf(
  loss: Tensor,
  parameters: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | undefined)[] {
  if (parameters.length === 0) return [];
  return grad(loss, parameters, { ...options, allowUnused: true });
}

/** Gives every parameter its gradient. */
export function setGradients(
  parameters: readonly Tensor[],
  gradients: readonly (Tensor | undefined)[],
): void {
  for (const [index, parameter] of parameters.entries()) parameter.grad = gradients[index];
}
