import type { Tensor } from '@ocelli/torch';

/** How often a transform ran. */
export interface TransformCount {
  /** Images it saw. */
  readonly seen: number;
  /** Images it changed. */
  readonly changed: number;
}

/**
 * Counts how many images every transform really changed. Counting stays on the device; only `read`
 * waits for it.
 */
export class TransformCounts {
  readonly #seen = new Map<string, number>();
  readonly #changed = new Map<string, Tensor>();

  /** To be given as `onChanged`. */
  readonly add = (transform: string, changed: Tensor): void => {
    this.#seen.set(transform, (this.#seen.get(transform) ?? 0) + (changed.shape[0] ?? 0));
    const total = this.#changed.get(transform);
    if (total === undefined) this.#changed.set(transform, changed.sum().keep());
    else total.add_(changed.sum());
  };

  /** Counts since the beginning or the last `reset`, by transform in the order they first ran. */
  read(): Record<string, TransformCount> {
    const entries = [...this.#changed].map(([name, total]) => {
      return [name, { seen: this.#seen.get(name) ?? 0, changed: total.item() }] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Begins anew, for example with an epoch. */
  reset(): void {
    for (const total of this.#changed.values()) total.dispose();
    this.#changed.clear();
    this.#seen.clear();
  }
}
