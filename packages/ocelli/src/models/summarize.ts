import { type AnyModule, Conv2d, Linear, scope, Tensor } from '@ocelli/torch';
import { countParameters, type ParameterCount } from './countParameters.ts';
import { Graph } from './graph.ts';
import { GraphNode } from './graphNode.ts';
import { nodesBefore } from './graphSteps.ts';
import { MultiHead } from './multiHead.ts';
import { type ReceptiveField, receptiveFields, suitedObjects } from './receptiveField.ts';
import { type Call, type PictureShape, traceCalls } from './trace.ts';

/** One layer in the order of computation. */
export interface LayerSummary extends ReceptiveField {
  /** Its path, as `child`, `freeze` and the state dict name it. */
  readonly name: string;
  /** The class. */
  readonly kind: string;
  /** Of one picture, without the batch. */
  readonly outputShape: readonly number[];
  /** Learned numbers and running statistics of its own. */
  readonly parameters: number;
  /** Multiplications with addition for one picture, in convolutions and linear layers. */
  readonly multAdds: number;
}

/** What one attribute has for itself. */
export interface HeadSummary extends ReceptiveField {
  readonly name: string;
  /** What the output is called in logs and exported graphs. */
  readonly outputName: string;
  readonly classes: number;
  readonly parameters: number;
  /** Sides of the objects that it suits, in pixels of the picture; see `suitedObjects`. */
  readonly objects: readonly [least: number, most: number];
}

/** What a model costs, layer by layer and in all. */
export interface ModelSummary extends ParameterCount {
  readonly input: PictureShape;
  readonly layers: readonly LayerSummary[];
  /** Empty for a model of one label. */
  readonly heads: readonly HeadSummary[];
  readonly multAdds: number;
}

/**
 * Runs a model once on a picture of zeros and tells what every layer gives, costs and sees.
 *
 * @param input channels, height and width of a picture.
 * @throws {ShapeError} if a layer does not fit, with its path.
 */
export function summarize(model: AnyModule, input: PictureShape): ModelSummary {
  return scope(() => {
    const root = traceCalls(model, input);
    const fields = receptiveFields(root);
    const seen = new Set<AnyModule>();
    const layers = layerCalls(root).map((call): LayerSummary => {
      const parameters = seen.has(call.module) ? 0 : ownParameters(call.module);
      seen.add(call.module);
      return { ...layerOf(call), parameters, ...fieldOf(fields, call) };
    });
    const multAdds = layers.reduce((sum, layer) => sum + layer.multAdds, 0);
    const heads = headsOf(model, root, fields).map((head): HeadSummary => {
      return { ...head, objects: suitedObjects(head, input) };
    });
    return { input, layers, heads, ...countParameters(model), multAdds };
  });
}

/** Calls of modules that compute something of their own: those without others inside, or with numbers. */
function layerCalls(call: Call): Call[] {
  const inner = call.inner.flatMap(layerCalls);
  const isLayer = call.inner.length === 0 || ownParameters(call.module) > 0;
  return isLayer && call.output instanceof Tensor ? [...inner, call] : inner;
}

function ownParameters(module: AnyModule): number {
  const below = [...module.children.values()].map((child) => countParameters(child).total);
  return countParameters(module).total - below.reduce((sum, count) => sum + count, 0);
}

function layerOf({
  path,
  module,
  output,
}: Call): Omit<LayerSummary, 'parameters' | 'size' | 'stride'> {
  const [, ...outputShape] = (output as Tensor).shape; // a layer call, see `layerCalls`
  const weights = module instanceof Conv2d || module instanceof Linear ? module.weight : undefined;
  const [, ...perOutput] = weights?.shape ?? [0, 0];
  const multAdds = product(outputShape) * product(perOutput);
  return { name: path, kind: module.constructor.name, outputShape, multAdds };
}

function headsOf(
  model: AnyModule,
  root: Call,
  fields: ReadonlyMap<Call, ReceptiveField>,
): Omit<HeadSummary, 'objects'>[] {
  if (model instanceof Graph) return graphHeads(model, root, fields);
  if (!(model instanceof MultiHead)) return [];
  const towers = root.inner.find(({ module }) => module === model.heads)?.inner ?? [];
  const names = Object.keys(root.output as object);
  return towers.map((call, index) => ({
    name: names[index] ?? '',
    outputName: `${names[index]}_output`,
    classes: (call.output as Tensor).shape[1] ?? 0,
    parameters: countParameters(call.module).total,
    ...fieldOf(fields, call),
  }));
}

/** Of a graph with several outputs: what only one of them comes from is its own. */
function graphHeads(
  { outputs }: Graph,
  root: Call,
  fields: ReadonlyMap<Call, ReceptiveField>,
): Omit<HeadSummary, 'objects'>[] {
  if (outputs instanceof GraphNode) return [];
  return Object.entries(outputs).map(([name, node]) => {
    const last = root.inner.findLast(({ path }) => path === node.name);
    if (last === undefined) throw new Error(`internal: output ${name} was not computed.`);
    const elsewhere = new Set(
      nodesBefore(Object.values(outputs).filter((other) => other !== node)),
    );
    const own = nodesBefore([node]).filter((before) => !elsewhere.has(before));
    const modules = new Set(own.flatMap(({ source }) => source?.module ?? []));
    const parameters = [...modules].reduce((sum, one) => sum + countParameters(one).total, 0);
    const classes = node.shape[0] ?? 0;
    return { name, outputName: `${name}_output`, classes, parameters, ...fieldOf(fields, last) };
  });
}

function fieldOf(fields: ReadonlyMap<Call, ReceptiveField>, call: Call): ReceptiveField {
  const field = fields.get(call);
  if (field === undefined) throw new Error(`internal: no receptive field of ${call.path}.`);
  return field;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
