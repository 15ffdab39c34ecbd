import { Module, optionError, type Tensor } from '@ocelli/torch';
import { linearTower } from './denseTower.ts';
import { globalPool } from './globalPool.ts';
import type { ClassCounts, HeadLogits } from './heads.ts';
import type { TowerKind } from './towerKind.ts';
import { Towers } from './towers.ts';
import type { Trunk } from './trunk.ts';

/** What a model of many heads is put together from. */
export interface MultiHeadOptions<Heads extends ClassCounts> {
  /** Classes of every attribute, by its name; `headSizes(schema)` counts those of a schema. */
  heads: Heads;
  /** What all attributes share, cut where they part. */
  trunk: Trunk;
  /** What each attribute has of its own. @default linearTower() */
  tower?: TowerKind;
}

/**
 * A network that answers several questions about one picture: a trunk that all share, then a tower of
 * its own for every attribute.
 *
 * Keys: the trunk's under `trunk`, each tower's under `heads.<attribute>`; so `freeze('trunk')` trains
 * the towers alone, and `freeze('heads.age')` stops one of them.
 *
 * float32 `(N, 3, H, W)` → logits `(N, K)` of every attribute, by its name.
 *
 * @example
 * const model = new MultiHead({
 *   heads: { gender: 2, age: 5 },
 *   trunk: denseNet(121).cutAfter('features.denseblock3'),
 *   tower: denseTower({ pool: 'concat', hidden: 64 }),
 * });
 * const { gender, age } = model.forward(images); // (N, 2) and (N, 5)
 */
export class MultiHead<Heads extends ClassCounts> extends Module<Tensor, HeadLogits<Heads>> {
  readonly trunk: Trunk;
  readonly pool: Module;
  readonly heads: Towers<Heads>;

  /** @throws {OptionError} if there is no head, or one of fewer than one class. */
  constructor({ heads, trunk, tower = linearTower() }: MultiHeadOptions<Heads>) {
    super();
    if (Object.keys(heads).length === 0)
      throw optionError('MultiHead', 'heads', 'not empty', heads);
    const [pool, channels] = globalPool(tower.pool, trunk.outChannels);
    this.trunk = this.registerModule('trunk', trunk);
    this.pool = this.registerModule('pool', pool);
    const towers = new Towers(heads, (numClasses) => tower.make(channels, numClasses));
    this.heads = this.registerModule('heads', towers);
  }

  forward(images: Tensor): HeadLogits<Heads> {
    return this.heads.forward(this.pool.forward(this.trunk.forward(images)));
  }
}
