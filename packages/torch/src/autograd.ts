import { NativeError, optionError } from './errors.ts';
import { native } from './native.ts';
import { Tensor } from './tensor.ts';

/** Runs `work` without recording it for `backward`; what it makes needs no gradient. */
export function noGrad<T>(work: () => T): T {
  return withGradMode('noGrad', false, work);
}

/** Runs `work` recording it, also inside `noGrad`. */
export function enableGrad<T>(work: () => T): T {
  return withGradMode('enableGrad', true, work);
}

/** Whether operations are being recorded. */
export function isGradEnabled(): boolean {
  return native.isGradEnabled();
}

/**
 * Runs `work` for answers only: faster than `noGrad`, since version counters are off as well; the
 * tensors it makes can never be part of a recorded computation.
 */
export function inferenceMode<T>(work: () => T): T {
  native.enterInferenceMode();
  try {
    return refusePromise('inferenceMode', work());
  } finally {
    native.leaveInferenceMode();
  }
}

/** Options of `grad`. */
export interface GradOptions {
  /** Gradient of the result with respect to each output. @default 1, for outputs of one element */
  gradOutputs?: readonly Tensor[];
  /** Keep the graph for another pass. @default createGraph */
  retainGraph?: boolean;
  /** Record the backward pass itself, for gradients of gradients. @default false */
  createGraph?: boolean;
  /** Give `undefined` for an input that was not used instead of an error. @default false */
  allowUnused?: boolean;
}

/**
 * Gradients of the sum of `outputs` with respect to `inputs`, one each; no `grad` is touched.
 *
 * @throws {OptionError} if there are no inputs.
 * @throws {NativeError} if an input was not used, unless `allowUnused`.
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | undefined)[] {
  const {
    gradOutputs,
    createGraph = false,
    retainGraph = createGraph,
    allowUnused = false,
  } = options;
  // libtorch would take none for all leaves, and accumulate into their `grad`.
  if (inputs.length === 0) throw optionError('grad', 'inputs', 'at least one tensor', inputs);
  const roots = outputs instanceof Tensor ? [outputs] : outputs;
  const found = native.gradients(
    roots.map((output) => output.handle),
    roots.map((_, index) => gradOutputs?.[index]?.handle),
    inputs.map((input) => input.handle),
    retainGraph,
    createGraph,
    allowUnused,
  );
  return found.map((handle) => handle && new Tensor(handle));
}

function withGradMode<T>(where: string, enabled: boolean, work: () => T): T {
  const before = native.setGradEnabled(enabled);
  try {
    return refusePromise(where, work());
  } finally {
    native.setGradEnabled(before);
  }
}

/** The mode belongs to the thread: what runs after an `await` would run in another one. */
function refusePromise<T>(where: string, result: T): T {
  if (!(result instanceof Promise)) return result;
  throw new NativeError(
    `${where}: expected work to be synchronous, got a promise. Await first, then enter the mode.`,
  );
}
