import { type AnyModule, scope, Tensor } from '@ocelli/torch';
import { type Call, type PictureShape, traceCalls } from '../../models/trace.ts';
import type { NodeMessage } from './messages.ts';

/**
 * A model as a graph of its layers, from one pass over a picture of zeros. A layer takes from the layer
 * whose output it is given. What a module computes outside its layers, such as the sum of a residual
 * block, is a node of its own, which takes what no layer inside took. A shortcut without a layer of its own
 * is not seen.
 */
export function modelGraph(model: AnyModule, picture: PictureShape): NodeMessage[] {
  return scope(() => {
    const root = traceCalls(model, picture);
    const graph = new GraphNodes(root.input, picture);
    graph.add(root);
    return graph.nodes;
  });
}

class GraphNodes {
  readonly nodes: NodeMessage[] = [];
  /** Which node made a tensor. */
  readonly #makers = new Map<unknown, string>();
  readonly #names = new Map<string, number>();

  constructor(input: unknown, picture: PictureShape) {
    this.nodes.push({ name: 'input', op: 'Placeholder', inputs: [], shape: [-1, ...picture] });
    this.#makers.set(input, 'input');
  }

  add(call: Call): void {
    const { inner, output, input } = call;
    if (inner.length === 0) return this.#node(call, [this.#makerOf(input)]);
    for (const one of inner) this.add(one);
    const taken = new Set(inner.map((one) => one.input));
    const left = inner.map((one) => one.output).filter((one) => !taken.has(one) && one !== output);
    const inputs = [...new Set(left.map((one) => this.#makerOf(one)))];
    // A module that hands on what a layer inside gave computes nothing itself: that layer took the rest.
    const maker = this.#makers.get(output);
    if (maker === undefined) return this.#node(call, inputs);
    const place = this.nodes.findIndex(({ name }) => name === maker);
    const node = this.nodes[place];
    if (node) this.nodes[place] = { ...node, inputs: [...new Set([...node.inputs, ...inputs])] };
  }

  /** Of a tensor made between layers, the node before: that is where its values came through. */
  #makerOf(tensor: unknown): string {
    return this.#makers.get(tensor) ?? this.nodes.at(-1)?.name ?? 'input';
  }

  #node({ path, module, output }: Call, inputs: readonly string[]): void {
    const op = module.constructor.name;
    const plain = path === '' ? 'output' : path.replaceAll('.', '/');
    // A name is a place once: a module called twice, or one that also holds others, gets another.
    const isScope = this.nodes.some(({ name }) => name.startsWith(`${plain}/`));
    const wanted = isScope ? `${plain}/output` : plain;
    const times = (this.#names.get(wanted) ?? 0) + 1;
    this.#names.set(wanted, times);
    const name = times === 1 ? wanted : `${wanted}_${times}`;
    const shape = output instanceof Tensor && { shape: [-1, ...output.shape.slice(1)] };
    this.nodes.push({ name, op, inputs, ...shape });
    this.#makers.set(output, name);
  }
}
