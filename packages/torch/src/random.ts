import { checkDevice, type Device } from './device.ts';
import { optionError } from './errors.ts';
import { NativeObject } from './handle.ts';
import { native } from './native.ts';
import { Tensor } from './tensor.ts';

/** Options of a generator. */
export interface GeneratorOptions {
  /** Device whose operators draw from it. @default 'cpu' */
  device?: Device;
  /** Where its sequence starts. @default 67280421310721, as in PyTorch */
  seed?: number | bigint;
}

const defaultSeed = 67280421310721n;

/** A stream of random numbers of its own, independent of the default one. */
export class Generator extends NativeObject {
  readonly device: Device;

  constructor(options: GeneratorOptions = {}) {
    const { device = 'cpu', seed = defaultSeed } = options;
    super(native.newGenerator(checkDevice('Generator', device)));
    this.device = device;
    this.manualSeed(seed);
  }

  /** The seed it was started from. */
  get seed(): bigint {
    return native.currentSeed(this.handle);
  }

  /** Starts the sequence anew. @throws {OptionError} unless an integer from 0 to 2^64 - 1. */
  manualSeed(seed: number | bigint): this {
    native.setSeed(this.handle, checkSeed('Generator', seed));
    return this;
  }

  /** Where in its sequence it is: uint8, to be given to `setState`. */
  getState(): Tensor {
    return new Tensor(native.generatorState(this.handle));
  }

  setState(state: Tensor): void {
    native.setGeneratorState(this.handle, state.handle);
  }
}

/**
 * Seeds the generators that operators use when none is given, of the CPU and of every CUDA device.
 *
 * @throws {OptionError} unless an integer from 0 to 2^64 - 1.
 */
export function manualSeed(seed: number | bigint): void {
  const value = checkSeed('manualSeed', seed);
  const cuda = Array.from({ length: native.cudaDeviceCount() }, (_, index) => `cuda:${index}`);
  for (const device of ['cpu', ...cuda]) native.setSeed(native.defaultGenerator(device), value);
}

/** State of the generator that operators on `device` use when none is given: uint8. */
export function getRandomState(device: Device = 'cpu'): Tensor {
  const generator = native.defaultGenerator(checkDevice('getRandomState', device));
  return new Tensor(native.generatorState(generator));
}

/** Restores what `getRandomState` gave: the same numbers follow again. */
export function setRandomState(state: Tensor, device: Device = 'cpu'): void {
  const generator = native.defaultGenerator(checkDevice('setRandomState', device));
  native.setGeneratorState(generator, state.handle);
}

function checkSeed(where: string, seed: number | bigint): bigint {
  const integral = typeof seed === 'bigint' || Number.isSafeInteger(seed);
  if (integral && seed >= 0 && BigInt(seed) < 2n ** 64n) return BigInt(seed);
  throw optionError(where, 'seed', 'an integer from 0 to 2^64 - 1', seed);
}
