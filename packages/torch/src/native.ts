import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import { type CpuKernels, checkEnvironment, checkKernels } from './environment.ts';
import { NativeError } from './errors.ts';

declare const handleBrand: unique symbol;

/** A value that lives in libtorch: a tensor, a generator or something only passed on. */
export interface Handle {
  readonly [handleBrand]: true;
}

/** One argument of an operator, as its schema tells it. */
export interface ArgumentSchema {
  readonly name: string;
  /** For example `Tensor`, `Optional[List[int]]`, `number` (PyTorch's Scalar). */
  readonly type: string;
  readonly keywordOnly: boolean;
  readonly hasDefault: boolean;
  /** Length to which a single number is repeated where a list is due. */
  readonly repeat: number | undefined;
}

/** One result of an operator. */
export interface ReturnSchema {
  readonly name: string;
  readonly type: string;
  /** Index of the argument that this result is, when the operator writes into it. */
  readonly sameAs: number | undefined;
}

/** One overload of one operator. */
export interface OperatorSchema {
  /** Number by which `Native.call` knows it, in this process only. */
  readonly id: number;
  /** libtorch's own text: `aten::relu(Tensor self) -> Tensor`. */
  readonly schema: string;
  readonly arguments: readonly ArgumentSchema[];
  readonly returns: readonly ReturnSchema[];
}

/** What the addon exports; see the headers in `native/` for what each function does. */
export interface Native {
  operatorNames(): string[];
  findOperator(name: string, overload: string): OperatorSchema | undefined;
  call(id: number, ...args: unknown[]): unknown;

  shape(tensor: Handle): number[];
  strides(tensor: Handle): number[];
  dtype(tensor: Handle): string;
  device(tensor: Handle): string;
  numel(tensor: Handle): number;
  isContiguous(tensor: Handle, memoryFormat: string): boolean;
  fromBuffer(
    buffer: ArrayBufferLike,
    byteOffset: number,
    shape: readonly number[],
    dtype: string,
  ): Handle;
  toBuffer(tensor: Handle): ArrayBuffer;
  dispose(tensor: Handle): void;
  /** Whether tensors made from now on tell the garbage collector of their bytes. */
  setAccounting(on: boolean): void;
  /** Tells it of a tensor that was made while they did not. */
  accountFor(tensor: Handle): void;
  /** Bytes outside its heap that the garbage collector knows of, tensors' among them. */
  externalBytes(): number;
  liveTensorCount(): number;

  requiresGrad(tensor: Handle): boolean;
  setRequiresGrad(tensor: Handle, requiresGrad: boolean): void;
  isLeaf(tensor: Handle): boolean;
  gradOf(tensor: Handle): Handle | undefined;
  setGrad(tensor: Handle, gradient: Handle | undefined): void;
  backward(
    roots: readonly Handle[],
    gradients: readonly (Handle | undefined)[],
    retainGraph: boolean,
    createGraph: boolean,
    inputs: readonly Handle[],
  ): void;
  gradients(
    outputs: readonly Handle[],
    gradients: readonly (Handle | undefined)[],
    inputs: readonly Handle[],
    retainGraph: boolean,
    createGraph: boolean,
    allowUnused: boolean,
  ): (Handle | undefined)[];
  setGradEnabled(enabled: boolean): boolean;
  isGradEnabled(): boolean;
  enterInferenceMode(): void;
  leaveInferenceMode(): void;
  addHook(tensor: Handle, hook: (gradient: Handle) => Handle | undefined): number;
  removeHook(id: number): void;

  libtorchVersion(): { version: string; config: string };
  cpuKernels(): CpuKernels;
  getNumThreads(): number;
  setNumThreads(count: number): void;
  cudaDeviceCount(): number;
  cudnnBenchmark(): boolean;
  setCudnnBenchmark(on: boolean): void;
  synchronize(device: string): void;
  defaultGenerator(device: string): Handle;
  newGenerator(device: string): Handle;
  setSeed(generator: Handle, seed: bigint): void;
  currentSeed(generator: Handle): bigint;
  generatorState(generator: Handle): Handle;
  setGeneratorState(generator: Handle, state: Handle): void;
  setAutocast(device: string, enabled: boolean, dtype: string): { enabled: boolean; dtype: string };
  clearAutocastCache(): void;

  /** Only where the addon was built with the headers of CUDA. */
  cudaGraphs?: {
    begin(device: string): CaptureHandle;
    end(capture: CaptureHandle): void;
    replay(capture: CaptureHandle): void;
    reset(capture: CaptureHandle): void;
  };
}

declare const captureBrand: unique symbol;
/** A CUDA graph in libtorch. */
export interface CaptureHandle {
  readonly [captureBrand]: true;
}

/** The same path from `src` and from the built `dist`. */
const addonPath = fileURLToPath(new URL('../build/ocelli_torch.node', import.meta.url));

function load(): Native {
  checkEnvironment(process.env);
  let addon: Native;
  try {
    addon = createRequire(import.meta.url)(addonPath) as Native;
  } catch (cause) {
    throw new NativeError(
      `@ocelli/torch: the native addon could not be loaded (${(cause as Error).message}). ` +
        'Run `npx ocelli-torch-setup` (in a clone, `npm run setup`); `npx ocelli doctor` says what is missing.',
      { cause },
    );
  }
  checkKernels(process.env, addon.cpuKernels());
  // libtorch as Debian builds it starts with one thread.
  addon.setNumThreads(Number(process.env['OMP_NUM_THREADS']) || availableParallelism());
  return addon;
}

/** The addon of this thread; loading it loads libtorch. */
export const native: Native = load();
