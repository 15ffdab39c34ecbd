import { didYouMean, type Module, noGrad, optionError, scope, Tensor } from '@ocelli/torch';
import { Graph } from '../models/graph.ts';
import { inEvaluation } from '../models/inEvaluation.ts';
import type { ModelOutput } from './target.ts';

/** A layer that gives a map of features for every place of the picture. */
export interface SpatialLayer {
  /** Its path in the model, as `Module.child` takes it. */
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The layers whose output is `(N, C, h, w)` with more than one place, in the order in which they run.
 * A layer that runs more than once stands where it ran last.
 *
 * @param images float32 `(N, 3, H, W)`; one picture is enough.
 */
export function spatialLayers(model: Module<Tensor, ModelOutput>, images: Tensor): SpatialLayer[] {
  const found = new Map<string, SpatialLayer>();
  const hooks = model.namedModules().map(([name, module]) =>
    module.registerForwardHook((output: unknown) => {
      const layer = name === '' ? undefined : spatial(name, output);
      if (layer === undefined) return;
      found.delete(name);
      found.set(name, layer);
    }),
  );
  try {
    noGrad(() =>
      scope(() => inEvaluation(model, () => void model.forward(images.narrow(0, 0, 1)))),
    );
  } finally {
    for (const hook of hooks) hook.remove();
  }
  return [...found.values()];
}

function spatial(name: string, output: unknown): SpatialLayer | undefined {
  if (!(output instanceof Tensor) || output.dim !== 4) return undefined;
  const [, channels = 0, height = 0, width = 0] = output.shape;
  return height * width > 1 ? { name, channels, height, width } : undefined;
}

/**
 * The layer that is explained: the one asked for, or the last feature map before the model stops looking
 * at places. With heads that look at places themselves, it is the last one that all heads share.
 *
 * @throws {OptionError} if there is no such layer, or none that has places.
 */
export function explainedLayer(
  model: Module<Tensor, ModelOutput>,
  images: Tensor,
  asked?: string,
): string {
  const layers = spatialLayers(model, images);
  if (asked !== undefined) return checkLayer(layers, asked);
  const shared = layers.filter(({ name }) => isShared(model, name));
  const last = shared.at(-1); // a block is done after its parts, so this is `layer4`, not its last ReLU
  if (last !== undefined) return last.name;
  throw optionError(
    'explain',
    'the model',
    'one with a layer that keeps places, (N, C, h, w) with more than one of them',
    `(${images.shape.join(', ')}) pictures and no such layer`,
    'Use a method that works on pixels, such as integratedGradients, or larger pictures.',
  );
}

function isShared(model: Module<Tensor, ModelOutput>, layer: string): boolean {
  if (!(model instanceof Graph)) return !layer.startsWith('heads.');
  const paths = [...model.sharedLayers];
  return paths.some((path) => layer === path || layer.startsWith(`${path}.`));
}

function checkLayer(layers: readonly SpatialLayer[], asked: string): string {
  const names = layers.map(({ name }) => name);
  if (names.includes(asked)) return asked;
  const rule = 'a layer that keeps places';
  const within = names.find((name) => name.endsWith(`.${asked}`));
  const near = didYouMean(within ?? asked, names);
  const last = `The last ones are ${names.slice(-4).join(', ')}.`;
  throw optionError('explain', 'layer', rule, asked, near || last);
}
