import { Module, type Tensor } from '@ocelli/torch';
import { DenseTower } from './denseTower.ts';
import { type AlikeTowers, denseTowersTogether } from './denseTowersTogether.ts';
import type { ClassCounts, HeadLogits } from './heads.ts';

/** One tower an attribute, under the attribute's name; a dot in it becomes an underscore. */
export class Towers<Heads extends ClassCounts> extends Module<Tensor, HeadLogits<Heads>> {
  readonly #towers: readonly (readonly [name: string, tower: Module])[];
  readonly #groups: readonly AlikeTowers[];

  constructor(heads: Heads, make: (numClasses: number) => Module) {
    super();
    this.#towers = Object.entries(heads).map(([name, numClasses]) => {
      const key = name.replaceAll('.', '_');
      return [name, this.registerModule(key, make(numClasses))];
    });
    this.#groups = groupsAlike(this.#towers.map(([, tower]) => tower));
  }

  /**
   * Dense towers of the same shape are computed as one batched product, unless a forward hook wants to
   * see one of them by itself.
   */
  forward(features: Tensor): HeadLogits<Heads> {
    const groups = this.watched ? [] : this.#groups;
    const together = new Map(groups.flatMap((group) => denseTowersTogether(group, features)));
    const logits = this.#towers.map(([name, tower]) => [
      name,
      together.get(tower) ?? tower.forward(features),
    ]);
    return Object.fromEntries(logits) as HeadLogits<Heads>; // one entry a head, made from `heads`
  }
}

/** The dense towers of the same shape, classes aside; towers that are one of their kind are left out. */
function groupsAlike(towers: readonly Module[]): AlikeTowers[] {
  const groups = new Map<string, [DenseTower, ...DenseTower[]]>();
  for (const tower of towers) {
    if (!(tower instanceof DenseTower)) continue;
    const group = groups.get(tower.shape);
    if (group === undefined) groups.set(tower.shape, [tower]);
    else group.push(tower);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}
