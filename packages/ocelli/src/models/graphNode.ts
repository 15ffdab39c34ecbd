import {
  type AnyModule,
  type Module,
  noGrad,
  OcelliError,
  optionError,
  scope,
  ShapeError,
  Tensor,
  zeros,
} from '@ocelli/torch';
import { inEvaluation } from './inEvaluation.ts';

/** What makes one tensor of several: its input is the list of them. */
export type Merging = Module<readonly Tensor[], Tensor>;

/** How a node comes from others. */
export interface NodeSource {
  readonly module: AnyModule;
  readonly from: readonly GraphNode[];
  /** Whether the module takes a list of tensors. */
  readonly merges: boolean;
}

/**
 * A tensor in a graph that is being written: where it comes from and which shape it has. Layers are
 * applied to it under the name that they have in checkpoints; see {@link Graph}.
 */
export class GraphNode {
  /** Without the batch: channels, height and width of feature maps, or the number of features. */
  readonly shape: readonly number[];
  /** The path of the layer that gives it; `''` for the picture. */
  readonly name: string;
  /** @internal */
  readonly source: NodeSource | undefined;

  /** @internal use {@link pictureNode}, {@link GraphNode.apply} and {@link merge}. */
  constructor(name: string, shape: readonly number[], source?: NodeSource) {
    this.name = name;
    this.shape = shape;
    this.source = source;
  }

  /**
   * The node that a layer gives for this one. The layer is tried at once, in evaluation, on zeros of this
   * node's shape.
   *
   * @param name path of the layer in the model; a dot makes a folder, as in `heads.age`. The same layer may
   *   be applied again under its name: it then shares its weights.
   * @throws {ShapeError} if the layer does not fit this node, with the names of both.
   */
  apply(name: string, layer: Module): GraphNode {
    return applied(name, { module: layer, from: [this], merges: false });
  }

  /** Its name and shape, as errors tell it. */
  toString(): string {
    const what = this.name === '' ? 'the picture' : this.name;
    return `${what} of (${this.shape.join(', ')})`;
  }
}

/**
 * The node where a graph begins: the picture.
 *
 * @param shape channels, height and width. Only channels are fixed by this; where the layers allow it, the
 *   finished graph takes other sizes too.
 * @throws {OptionError} if these are not three positive whole numbers.
 */
export function pictureNode(shape: readonly [number, number, number]): GraphNode {
  const fits = shape.length === 3 && shape.every((side) => Number.isInteger(side) && side > 0);
  if (!fits) throw optionError('pictureNode', 'shape', 'channels, height and width', shape);
  return new GraphNode('', shape);
}

/**
 * The node that one module makes of several, as `merge('sum', new Add(), [left, right])`.
 *
 * @throws {ShapeError} if they do not fit one another, with the names of all.
 */
export function merge(name: string, module: Merging, nodes: readonly GraphNode[]): GraphNode {
  return applied(name, { module, from: nodes, merges: true });
}

function applied(name: string, source: NodeSource): GraphNode {
  if (name === '') throw optionError('Graph', 'name', 'not empty', name);
  return new GraphNode(name, triedShape(name, source), source);
}

function triedShape(name: string, { module, from, merges }: NodeSource): readonly number[] {
  const [parameter] = module.parameters();
  const device = parameter?.device ?? 'cpu';
  const layer = module as Module<unknown, unknown>; // of a tensor, or of a list, as `merges` says
  try {
    return scope(() => {
      const inputs = from.map(({ shape }) => zeros([1, ...shape], { device }));
      const output = noGrad(() =>
        inEvaluation(module, () => layer.forward(merges ? inputs : inputs[0])),
      );
      if (output instanceof Tensor) return output.shape.slice(1);
      throw new ShapeError(`Graph: expected layer ${name} to give one tensor.`);
    });
  } catch (error) {
    if (!(error instanceof OcelliError)) throw error;
    const nodes = from.map(String).join(' and ');
    throw new ShapeError(`Graph: layer ${name} does not fit ${nodes}. ${error.message}`, {
      cause: error,
    });
  }
}
