import type { AnyModule } from '@ocelli/torch';
import { Graph } from './graph.ts';
import { GraphNode } from './graphNode.ts';
import { nodesBefore } from './graphSteps.ts';
import type { ClassCounts } from './heads.ts';
import { MultiHead } from './multiHead.ts';
import { Towers } from './towers.ts';
import type { Call } from './trace.ts';

/** The frame that a model's own parts stand in. */
export interface PartOfModel {
  readonly title: string;
  readonly kind: 'trunk' | 'tower';
  /** Whether it only holds frames: nothing is drawn for it. */
  readonly container?: true;
  /** Whether what is inside is always drawn. */
  readonly opens?: true;
}

/** Whether a call is of the trunk that all heads share, or of the tower of one. */
export function diagramGroupOf(model: AnyModule, call: Call): PartOfModel | undefined {
  if (model instanceof MultiHead) return partOfMultiHead(model, call);
  if (model instanceof Graph && !(model.outputs instanceof GraphNode)) {
    return partOfGraph(model, call.path);
  }
  return undefined;
}

function partOfMultiHead(
  model: MultiHead<ClassCounts>,
  { module, path }: Call,
): PartOfModel | undefined {
  if (module === model.trunk) return { title: 'shared trunk', kind: 'trunk' };
  if (module instanceof Towers) return { title: 'heads', kind: 'tower', container: true };
  const [, name, ...below] = path.split('.');
  if (!path.startsWith('heads.') || below.length > 0) return undefined;
  return { title: `tower ${name}`, kind: 'tower', opens: true };
}

function partOfGraph({ outputs, sharedLayers }: Graph, path: string): PartOfModel | undefined {
  if (sharedLayers.has(path)) return { title: 'shared trunk', kind: 'trunk' };
  const owners = Object.entries(outputs as Readonly<Record<string, GraphNode>>).filter(([, node]) =>
    nodesBefore([node]).some(({ name }) => name === path),
  );
  const [owner, another] = owners;
  if (owner === undefined || another !== undefined) return undefined;
  return { title: `tower ${owner[0]}`, kind: 'tower' };
}
