import { type Module, Sequential, type Tensor } from '@ocelli/torch';
import type { GraphNode, Merging } from './graphNode.ts';

/** One computation of a graph. */
export interface GraphStep {
  readonly from: readonly GraphNode[];
  readonly to: GraphNode;
  readonly run: (inputs: readonly Tensor[]) => Tensor;
}

/** The nodes that some are made from, and these themselves, each after those that it comes from. */
export function nodesBefore(ends: readonly GraphNode[]): GraphNode[] {
  const found = new Set<GraphNode>();
  const visit = (end: GraphNode): void => {
    // No recursion: graphs may be longer than the stack.
    const open: { node: GraphNode; at: number }[] = [{ node: end, at: 0 }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.node.source?.from[top.at++];
      if (next !== undefined && !found.has(next)) open.push({ node: next, at: 0 });
      if (next !== undefined) continue;
      found.add(top.node);
      open.pop();
    }
  };
  for (const end of ends) if (!found.has(end)) visit(end);
  return [...found];
}

/** What is computed one after the other; layers in a row between which nothing branches are one step. */
export function graphSteps(ends: readonly GraphNode[]): GraphStep[] {
  const nodes = nodesBefore(ends);
  const users = usersOf(nodes);
  const goesOn = (node: GraphNode): boolean => {
    const [user, another] = users.get(node) ?? [];
    return !ends.includes(node) && user?.source?.merges === false && another === undefined;
  };
  const rows = new Map<GraphNode, Row>();
  return nodes.flatMap((node) => {
    const { source } = node;
    const [before] = source?.from ?? [];
    if (source === undefined || before === undefined) return [];
    if (source.merges) {
      const merging = source.module as Merging; // as `merges` says
      return { from: source.from, to: node, run: (inputs) => merging.forward(inputs) };
    }
    const row = goesOn(before) ? rows.get(before) : undefined;
    const layer = source.module as Module; // of one tensor
    const longer = { from: row?.from ?? before, modules: [...(row?.modules ?? []), layer] };
    rows.set(node, longer);
    return goesOn(node) ? [] : rowStep(longer, node);
  });
}

/** Layers that are applied one after the other, and what the first of them is applied to. */
interface Row {
  readonly from: GraphNode;
  readonly modules: readonly Module[];
}

function rowStep({ from, modules }: Row, to: GraphNode): GraphStep {
  const row = new Sequential(...modules);
  return { from: [from], to, run: ([input]) => row.forward(input as Tensor) }; // one, as `from` says
}

function usersOf(nodes: readonly GraphNode[]): ReadonlyMap<GraphNode, GraphNode[]> {
  const users = new Map<GraphNode, GraphNode[]>();
  for (const user of nodes) {
    for (const node of user.source?.from ?? []) users.set(node, [...(users.get(node) ?? []), user]);
  }
  return users;
}
