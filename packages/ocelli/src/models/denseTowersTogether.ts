import {
  cat,
  fromTypedArray,
  linear,
  type Linear,
  type Module,
  operator,
  stack,
  type Tensor,
} from '@ocelli/torch';
import type { DenseTower } from './denseTower.ts';

const splitWithSizes = operator('aten::split_with_sizes');

/** Dense towers of the same shape, classes aside; at least one. */
export type AlikeTowers = readonly [DenseTower, ...DenseTower[]];

/**
 * What each tower's `forward` gives, computed for all of them at once: one product for the hidden
 * layers and one for the last.
 *
 * @param features `(N, C)`.
 * @returns every tower with its logits `(N, K)`.
 */
export function denseTowersTogether(towers: AlikeTowers, features: Tensor): [Module, Tensor][] {
  const [{ hidden, logitScale }] = towers;
  const outputs = towers.map(({ output }) => output);
  const logits =
    hidden === undefined
      ? joinedLinear(outputs, features)
      : blockLinear(outputs, hiddenTogether(towers, features));
  const scaled = logitScale === 1 ? logits : logits.mul(logitScale);
  const each: Tensor[] = splitWithSizes(scaled, outputs.map(classesOf), 1);
  return each.flatMap((one, index) => {
    const tower = towers[index];
    return tower === undefined ? [] : [[tower, one]];
  });
}

/** Features of every tower's hidden layer, `(A, N, D)`. Each tower's batch norm counts for itself. */
function hiddenTogether(towers: AlikeTowers, features: Tensor): Tensor {
  const inputs = stack(towers.map(({ norm }) => norm?.forward(features) ?? features)); // (A, N, C)
  const kept = towers[0].dropout?.forward(inputs) ?? inputs;
  const layers = towers.flatMap(({ hidden }) => hidden ?? []);
  const weights = stack(layers.map(({ weight }) => weight)).transpose(1, 2); // (A, C, D)
  const offsets = stack(layers.flatMap(({ bias }) => bias ?? [])).unsqueeze(1); // (A, 1, D)
  return kept.bmm(weights).add(offsets).relu();
}

/** All layers applied to the same `(N, C)`: logits side by side, `(N, ΣK)`. */
function joinedLinear(layers: readonly Linear[], features: Tensor): Tensor {
  return linear(features, ...joined(layers));
}

/**
 * Layer `a` applied to row `a` of `(A, N, D)`: logits side by side, `(N, ΣK)`. Every layer is applied to
 * every row and most of it thrown away: the layers are small, and it is one product.
 */
function blockLinear(layers: readonly Linear[], hidden: Tensor): Tensor {
  const all = linear(hidden, ...joined(layers)); // (A, N, ΣK)
  const [towers = 0, samples = 0, classes = 0] = all.shape;
  const sideBySide = all.transpose(0, 1).reshape([samples, towers * classes]);
  const own = layers.flatMap((layer, row) => Array<number>(classesOf(layer)).fill(row * classes));
  const picks = Int32Array.from(own, (start, column) => start + column);
  const index = fromTypedArray(picks, [classes]).to({ device: hidden.device });
  return sideBySide.indexSelect(1, index);
}

function joined(layers: readonly Linear[]): [weight: Tensor, bias?: Tensor] {
  const weight = cat(layers.map((layer) => layer.weight));
  const offsets = layers.flatMap(({ bias }) => bias ?? []);
  return offsets.length === 0 ? [weight] : [weight, cat(offsets)];
}

function classesOf({ weight }: Linear): number {
  return weight.shape[0] ?? 0;
}
