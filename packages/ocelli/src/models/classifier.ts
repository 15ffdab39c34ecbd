import { Module, type Tensor } from '@ocelli/torch';
import type { Trunk } from './trunk.ts';

/**
 * A trunk with layers on top that give one label a picture: float32 `(N, 3, H, W)` → logits
 * `(N, K)`.
 *
 * The keys are those of the trunk and of the head side by side, as in published checkpoints; to freeze
 * the trunk alone, call `model.trunk.freeze()`.
 */
export class Classifier extends Module {
  readonly trunk: Trunk;
  readonly head: readonly Module[];

  /** @param head layers by checkpoint key, applied in order to the trunk's feature map. */
  constructor(trunk: Trunk, head: Readonly<Record<string, Module>>) {
    super();
    this.trunk = trunk;
    this.head = Object.values(head);
    for (const [key, child] of trunk.children) this.registerModule(key, child);
    for (const [key, child] of Object.entries(head)) this.registerModule(key, child);
  }

  forward(images: Tensor): Tensor {
    const features = this.trunk.forward(images);
    return this.head.reduce((output, layer) => layer.forward(output), features);
  }
}
