import { checkDevice, type Device } from './device.ts';
import { DeviceError } from './errors.ts';
import { type CaptureHandle, native } from './native.ts';

type Graphs = NonNullable<typeof native.cudaGraphs>;

/**
 * What a piece of work queues on a CUDA device, recorded once and launched again as a whole: the
 * processor says one word instead of one for every operator.
 *
 * A replay computes with the same memory and the same numbers: tensors that the work reads are filled
 * anew with `copy_`, tensors that it returned hold the new results. It must not read a value from the
 * device (`item`, `toArray`) nor depend on one, and draws random numbers only from the default
 * generator. Let the work run a few times before: libraries prepare themselves at their first call.
 *
 * @example
 * const input = zeros([32, 8], { device: 'cuda' });
 * const graph = new CudaGraph('cuda');
 * const output = graph.capture(() => model.forward(input));
 * input.copy_(batch);
 * graph.replay(); // output holds the model's answer to batch
 */
export class CudaGraph {
  readonly device: Device;
  readonly #graphs: Graphs;
  #capture: CaptureHandle | undefined;

  /** @throws {DeviceError} unless `device` is a CUDA device, and the addon was built for graphs. */
  constructor(device: Device = 'cuda') {
    this.device = checkDevice('CudaGraph', device);
    if (device === 'cpu') {
      throw new DeviceError('CudaGraph: expected device to be a CUDA device, got "cpu".');
    }
    if (native.cudaGraphs === undefined) {
      throw new DeviceError(
        'CudaGraph: expected an addon built with the headers of CUDA, got one without. Install them ' +
          '(or set CUDA_HOME) and run `npm run setup`.',
      );
    }
    this.#graphs = native.cudaGraphs;
  }

  /**
   * Records what `work` queues, without computing it; the first `replay` does.
   *
   * @throws what `work` throws, and {NativeError} if it did what a graph cannot hold. Nothing is
   *   recorded then.
   */
  capture<T>(work: () => T): T {
    this.dispose();
    const capture = this.#graphs.begin(this.device);
    let result: T;
    try {
      result = work();
    } catch (error) {
      this.#endQuietly(capture);
      throw error;
    }
    this.#graphs.end(capture);
    this.#capture = capture;
    return result;
  }

  /** Queues everything that was recorded. @throws {DeviceError} if nothing was. */
  replay(): void {
    if (this.#capture === undefined) {
      throw new DeviceError('CudaGraph: expected capture before replay, got nothing recorded.');
    }
    this.#graphs.replay(this.#capture);
  }

  /** Frees the memory that the recorded work computes in. */
  dispose(): void {
    if (this.#capture !== undefined) this.#graphs.reset(this.#capture);
    this.#capture = undefined;
  }

  /** A capture that its work broke ends with an error of its own, which says less than the first. */
  #endQuietly(capture: CaptureHandle): void {
    try {
      this.#graphs.end(capture);
    } catch {
      // The work's error is thrown on.
    }
  }
}
