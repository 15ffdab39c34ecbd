import type { Module } from '@ocelli/torch';
import type { TowerKind } from './towerKind.ts';
import type { Trunk } from './trunk.ts';

/** A network of the catalog in its parts. */
export interface Architecture {
  readonly trunk: () => Trunk;
  /** Layers by checkpoint key that make one label of the feature map; absent in networks of many heads. */
  readonly head?: (channels: number, numClasses: number) => Record<string, Module>;
  /** Whether that head looks at a window of fixed size, so that large pictures do not fit. @default false */
  readonly isOfFixedSize?: boolean;
  /** What each attribute has of its own. @default linearTower() */
  readonly tower?: TowerKind;
}
