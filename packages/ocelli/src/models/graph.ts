import { Module, OptionError, optionError, type Tensor } from '@ocelli/torch';
import { GraphNode } from './graphNode.ts';
import { type GraphStep, graphSteps, nodesBefore } from './graphSteps.ts';
import { registerAt } from './registerAt.ts';

/** What a graph gives: one node, or several by name, the heads. */
export type GraphOutputs = GraphNode | Readonly<Record<string, GraphNode>>;

/** The tensors of these nodes. */
export type GraphResult<Outputs extends GraphOutputs> = Outputs extends GraphNode
  ? Tensor
  : { readonly [Name in keyof Outputs]: Tensor };

/**
 * A model written as a graph: layers applied to named nodes, from the picture to one or several outputs.
 *
 * Layers have the keys they were applied under. Runs of layers between which nothing branches are computed
 * as in a `Sequential`, so batch norm joins its neighbours here too.
 *
 * @example
 * const picture = pictureNode([3, 64, 64]);
 * const stem = picture.apply('stem', new Conv2d(3, 16, 3, { padding: 1 }));
 * const body = stem.apply('norm', new BatchNorm2d(16)).apply('act', new ReLU());
 * const joined = merge('sum', new Add(), [stem, body]);
 * const features = joined.apply('pool', new GlobalAvgPool());
 * const model = new Graph(picture, {
 *   gender: features.apply('heads.gender', new Linear(16, 2)),
 *   age: features.apply('heads.age', new Linear(16, 5)),
 * });
 * const { gender, age } = model.forward(images); // (N, 2) and (N, 5)
 */
export class Graph<Outputs extends GraphOutputs = GraphOutputs> extends Module<
  Tensor,
  GraphResult<Outputs>
> {
  readonly outputs: Outputs;
  readonly #input: GraphNode;
  readonly #steps: readonly GraphStep[];

  /**
   * @throws {OptionError} if there is no output, two layers have one name, or an output does not come from
   *   the picture.
   */
  constructor(picture: GraphNode, outputs: Outputs) {
    super();
    const ends = endsOf(outputs);
    if (ends.length === 0) throw optionError('Graph', 'outputs', 'not empty', outputs);
    this.outputs = outputs;
    this.#input = picture;
    this.#steps = graphSteps(ends);
    const taken = new Map<string, unknown>();
    for (const { name, source } of nodesBefore(ends)) {
      if (source === undefined) continue;
      if (!taken.has(name)) registerAt(this, name, source.module);
      else if (taken.get(name) !== source.module) throw takenName(name);
      taken.set(name, source.module);
    }
    const strange = nodesBefore(ends).find((node) => !node.source && node !== picture);
    if (strange === undefined) return;
    throw new OptionError(
      'Graph: expected every output to come from the picture, got one of another.',
    );
  }

  forward(images: Tensor): GraphResult<Outputs> {
    const made = new Map<GraphNode, Tensor>([[this.#input, images]]);
    for (const { run, from, to } of this.#steps)
      made.set(to, run(from.map((node) => of(made, node))));
    const { outputs } = this;
    const result =
      outputs instanceof GraphNode
        ? of(made, outputs)
        : Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, of(made, node)]));
    return result as GraphResult<Outputs>; // one tensor a node
  }

  /** Paths of the layers that every output comes from; for one output, all of them. */
  get sharedLayers(): ReadonlySet<string> {
    const each = endsOf(this.outputs).map((end) => new Set(nodesBefore([end])));
    const [first = new Set<GraphNode>(), ...others] = each;
    const shared = [...first].filter((node) => others.every((nodes) => nodes.has(node)));
    return new Set(shared.map(({ name }) => name));
  }
}

/** The nodes that a graph ends in. */
function endsOf(outputs: GraphOutputs): GraphNode[] {
  return outputs instanceof GraphNode ? [outputs] : Object.values(outputs);
}

function of(made: ReadonlyMap<GraphNode, Tensor>, node: GraphNode): Tensor {
  const tensor = made.get(node);
  if (tensor === undefined) throw new Error(`internal: node ${node.name} was not computed.`);
  return tensor;
}

function takenName(name: string): OptionError {
  const remedy = 'Every layer has a name of its own.';
  return optionError('Graph', 'name', 'that of one layer only', name, remedy);
}
