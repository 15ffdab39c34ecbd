import { cat, noGrad, randperm, type Tensor, zerosLike } from '@ocelli/torch';
import {
  type GradientRule,
  gradientsOf,
  headParameters,
  setGradients,
  trunkParameters,
} from './gradientRule.ts';
import type { PictureModel } from '../loss/headBatches.ts';

/**
 * Every head follows its own weighted loss. In the trunk, where the gradients of two heads point against
 * each other, each loses the part that does (PCGrad); the sum of what is left is followed. It takes a
 * backward pass a head.
 *
 * @param model its heads are at `heads.<attribute>`.
 * @see Yu et al. 2020, https://arxiv.org/abs/2001.06782, algorithm 1
 */
export function projectedGradients(model: PictureModel): GradientRule {
  return ({ heads }) => {
    const trunk = trunkParameters(model);
    const each = heads.map((head) => {
      const own = headParameters(model, head);
      setGradients(own, gradientsOf(head.term, own, { retainGraph: true }));
      if (trunk.length === 0) return undefined; // all of it is frozen
      const shared = gradientsOf(head.term, trunk, { retainGraph: true });
      return noGrad(() => flat(shared, trunk));
    });
    const conflicting = each.filter((one) => one !== undefined);
    if (conflicting.length === 0) return;
    const sum = noGrad(() => withoutConflicts(conflicting).reduce((a, b) => a.add(b)));
    setGradients(
      trunk,
      noGrad(() => unflat(sum, trunk)),
    );
  };
}

/** Each vector without what points against another, the others taken in random order. */
export function withoutConflicts(each: readonly Tensor[]): Tensor[] {
  return each.map((own) => {
    let projected = own;
    for (const index of randperm(each.length).toTypedArray()) {
      const other = each[Number(index)];
      if (other !== undefined && other !== own) projected = projectedOff(projected, other);
    }
    return projected;
  });
}

/** `g − min(0, g·h) / |h|² · h`. */
function projectedOff(vector: Tensor, other: Tensor): Tensor {
  const conflict = vector.mul(other).sum().clamp({ max: 0 });
  const length = other.mul(other).sum().clamp({ min: smallestLength });
  return vector.sub(other.mul(conflict.div(length)));
}

/** A gradient of nothing points against nothing. */
const smallestLength = 1e-30;

/** Gradients as one vector; zeros where there is none. */
function flat(gradients: readonly (Tensor | undefined)[], like: readonly Tensor[]): Tensor {
  return cat(like.map((one, index) => (gradients[index] ?? zerosLike(one)).reshape([-1])));
}

function unflat(vector: Tensor, like: readonly Tensor[]): Tensor[] {
  let start = 0;
  return like.map(({ numel, shape, dtype }) => {
    // Back to its own number format: the vector has the widest of all.
    const part = vector.narrow(0, start, numel).reshape(shape).to({ dtype });
    start += numel;
    return part;
  });
}
