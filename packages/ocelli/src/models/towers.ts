import { Module, OptionError, type Tensor } from '@ocelli/torch';
import { DenseTower } from './denseTower.ts';
import { type AlikeTowers, denseTowersTogether } from './denseTowersTogether.ts';
import type { ClassCounts, HeadLogits } from './heads.ts';
import { hasOwnForward } from './ownForward.ts';

/** The key of an attribute's tower: its name, dots as underscores, for a dot parts the keys of modules. */
export function towerKey(attribute: string): string {
  return attribute.replaceAll('.', '_');
}

/** One tower an attribute, under its {@link towerKey}. */
export class Towers<Heads extends ClassCounts> extends Module<Tensor, HeadLogits<Heads>> {
  readonly #towers: readonly (readonly [name: string, tower: Module])[];
  readonly #groups: readonly AlikeTowers[];

  constructor(heads: Heads, make: (numClasses: number) => Module) {
    super();
    refuseTwins(Object.keys(heads));
    this.#towers = Object.entries(heads).map(([name, numClasses]) => {
      return [name, this.registerModule(towerKey(name), make(numClasses))];
    });
    this.#groups = groupsAlike(this.#towers.map(([, tower]) => tower));
  }

  /**
   * Dense towers of the same shape are computed as one batched product, unless a forward hook wants to
   * see one of them by itself, or one or a layer of it was given a `forward` of its own.
   */
  forward(features: Tensor): HeadLogits<Heads> {
    const groups = this.#groups.filter(mayBeJoined);
    const together = new Map(groups.flatMap((group) => denseTowersTogether(group, features)));
    const logits = this.#towers.map(([name, tower]) => [
      name,
      together.get(tower) ?? tower.forward(features),
    ]);
    return Object.fromEntries(logits) as HeadLogits<Heads>; // one entry a head, made from `heads`
  }
}

/** @throws {OptionError} if two attributes would share a key. */
function refuseTwins(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const twin = names.slice(0, index).find((other) => towerKey(other) === towerKey(name));
    if (twin === undefined) continue;
    throw new OptionError(
      `Towers: expected attributes to differ by more than dots and underscores, got "${twin}" and "${name}". Rename one of them.`,
    );
  }
}

/** Whether all compute as they were made, and drop out alike: a part that is frozen is in evaluation. */
function mayBeJoined(towers: AlikeTowers): boolean {
  const [{ dropout: first }] = towers;
  return towers.every(
    (tower) => !hasOwnForward(tower) && tower.dropout?.training === first?.training,
  );
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
