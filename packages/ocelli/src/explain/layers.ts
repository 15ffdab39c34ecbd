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
 * One that makes them from a single place, as an adaptive pool can, knows of no others and is left out.
 * A layer that runs more than once stands where it ran last.
 *
 * @param images float32 `(N, 3, H, W)`; one picture is enough.
 */
export function spatialLayers(model: Module<Tensor, ModelOutput>, images: Tensor): SpatialLayer[] {
  return noGrad(() =>
    scope(() =>
      inEvaluation(model, () => {
        const { maps } = forwardWithMaps(model, images.narrow(0, 0, 1));
        return [...maps].map(([name, map]) => spatial(name, map));
      }),
    ),
  );
}

/**
 * Runs a model and keeps the output of every layer with places, by its path, in the order of
 * {@link spatialLayers}.
 */
export function forwardWithMaps(
  model: Module<Tensor, ModelOutput>,
  images: Tensor,
): { readonly output: ModelOutput; readonly maps: ReadonlyMap<string, Tensor> } {
  const maps = new Map<string, Tensor>();
  const hooks = model.namedModules().map(([name, module]) =>
    module.registerForwardHook((output: unknown, input: unknown) => {
      if (name === '' || !hasPlaces(output) || isOnePlace(input)) return;
      maps.delete(name);
      maps.set(name, output);
    }),
  );
  try {
    return { output: model.forward(images), maps };
  } finally {
    for (const hook of hooks) hook.remove();
  }
}

function hasPlaces(output: unknown): output is Tensor {
  return isMap(output) && placesOf(output) > 1;
}

function isOnePlace(input: unknown): boolean {
  return isMap(input) && placesOf(input) === 1;
}

function isMap(value: unknown): value is Tensor {
  return value instanceof Tensor && value.dim === 4;
}

function placesOf({ shape: [, , height = 0, width = 0] }: Tensor): number {
  return height * width;
}

function spatial(name: string, { shape: [, channels = 0, height = 0, width = 0] }: Tensor) {
  return { name, channels, height, width };
}

/**
 * The layer that is explained: the one asked for, or the last feature map before the model stops looking
 * at places. With heads that look at places themselves, it is the last one that all heads share.
 *
 * @param names paths of the layers that keep places, in the order in which they run.
 * @throws {OptionError} if there is no such layer, or none that has places.
 */
export function explainedLayer(
  model: Module<Tensor, ModelOutput>,
  names: readonly string[],
  { asked, images }: { readonly asked?: string | undefined; readonly images: Tensor },
): string {
  if (asked !== undefined) return checkLayer(names, asked);
  const last = lastSharedLayer(model, names);
  if (last !== undefined) return last;
  throw optionError(
    'explain',
    'the model',
    'one with a layer that keeps places, (N, C, h, w) with more than one of them',
    `(${images.shape.join(', ')}) pictures and no such layer`,
    'Use a method that works on pixels, such as integrated-gradients, or larger pictures.',
  );
}

/** Of layers in the order in which they run, the last that all heads share; nothing if there is none. */
export function lastSharedLayer(
  model: Module<Tensor, ModelOutput>,
  names: readonly string[],
): string | undefined {
  // A block is done after its parts, so this is `layer4`, not its last ReLU.
  return names.filter((name) => isShared(model, name)).at(-1);
}

function isShared(model: Module<Tensor, ModelOutput>, layer: string): boolean {
  if (!(model instanceof Graph)) return !layer.startsWith('heads.');
  const paths = [...model.sharedLayers];
  return paths.some((path) => layer === path || layer.startsWith(`${path}.`));
}

function checkLayer(names: readonly string[], asked: string): string {
  if (names.includes(asked)) return asked;
  const rule = 'a layer that keeps places';
  const within = names.find((name) => name.endsWith(`.${asked}`));
  const near = didYouMean(within ?? asked, names);
  const last = `The last ones are ${names.slice(-4).join(', ')}.`;
  throw optionError('explain', 'layer', rule, asked, near || last);
}
