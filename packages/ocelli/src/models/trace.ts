import { type AnyModule, noGrad, OcelliError, ShapeError, type Tensor, zeros } from '@ocelli/torch';
import { inEvaluation } from './inEvaluation.ts';

/** One call of a module's `forward`. */
export interface Call {
  /** Path of the module; `''` is the model. */
  readonly path: string;
  readonly module: AnyModule;
  readonly input: unknown;
  readonly output: unknown;
  /** Calls of modules inside this one, in order. */
  readonly inner: readonly Call[];
}

/** Height and width of the pictures, with their channels before them. */
export type PictureShape = readonly [channels: number, height: number, width: number];

/**
 * Runs a model once, in evaluation, on one picture of zeros, and records every call. Modes are as before
 * afterwards.
 *
 * @throws {ShapeError} if a layer does not fit what it is given, with the layer's path.
 */
export function traceCalls(model: AnyModule, picture: PictureShape): Call {
  const entered: { path: string; inner: Call[] }[] = [{ path: '', inner: [] }];
  const hooks = model.namedModules().flatMap(([path, module]) => [
    module.registerForwardPreHook(() => void entered.push({ path, inner: [] })),
    module.registerForwardHook((output: unknown, input: unknown) => {
      const { inner } = entered.pop() ?? { inner: [] };
      entered.at(-1)?.inner.push({ path, module, input, output, inner });
    }),
  ]);
  try {
    return inEvaluation(model, () => runOnZeros(model, picture, entered));
  } catch (error) {
    throw misfit(error, { picture, path: entered.at(-1)?.path ?? '' });
  } finally {
    for (const hook of hooks) hook.remove();
  }
}

function runOnZeros(
  model: AnyModule,
  picture: PictureShape,
  [outside]: readonly { inner: readonly Call[] }[],
): Call {
  const [parameter] = model.parameters();
  const images = zeros([1, ...picture], { device: parameter?.device ?? 'cpu' });
  noGrad(() => (model as { forward(images: Tensor): unknown }).forward(images));
  const [root] = outside?.inner ?? [];
  if (root === undefined) throw new Error('internal: the model made no call.');
  return root;
}

function misfit(
  error: unknown,
  { picture, path }: { picture: PictureShape; path: string },
): unknown {
  if (!(error instanceof OcelliError)) return error;
  const layer = path === '' ? 'the model itself' : `layer ${path}`;
  const sentence = `${layer} does not fit pictures of (${picture.join(', ')}). ${error.message}`;
  const [channels, , last] = picture;
  const remedy =
    channels !== 3 && last === 3 ? ` Channels come first: (3, ${picture[0]}, ${picture[1]}).` : '';
  if (isTooSmall(error)) {
    const small = `${layer} has nothing left of pictures of (${picture.join(', ')})`;
    return new ShapeError(`${small}: they are too small for the model.${remedy}`, { cause: error });
  }
  return new ShapeError(`${sentence}${remedy}`, { cause: error });
}

/** What libtorch says of windows that do not fit into a feature map. */
function isTooSmall({ message }: OcelliError): boolean {
  return /output size is too small|kernel size can't be greater than/i.test(message);
}
