import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import { DataError } from '@ocelli/torch';
import { backgroundWorker, type LoadAnswer, type LoadRequest } from './backgroundWorker.ts';

/** Who loads, and how. */
export interface WorkerPoolOptions {
  /** URL of the module whose `load` is called. */
  readonly module: string;
  readonly workers: number;
  /** Seconds that an answer may take. */
  readonly timeout: number;
  /** Handed to `start` of the module, in every worker. */
  readonly startWith: unknown;
}

/** Threads that load pictures while this one computes, and wait for no turn of its event loop. */
export class WorkerPool {
  readonly #module: string;
  readonly #timeout: number;
  readonly #workers: Worker[] = [];
  readonly #ports: MessagePort[] = [];
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #arrived = new Map<number, LoadAnswer>();
  readonly #forgotten = new Set<number>();
  #asked = 0;

  constructor({ module, workers, timeout, startWith }: WorkerPoolOptions) {
    this.#module = module;
    this.#timeout = timeout;
    for (let number = 0; number < workers; number++) {
      const { port1, port2 } = new MessageChannel();
      const workerData = { module, port: port2, signal: this.#signal, number, startWith };
      const worker = new Worker(backgroundWorker, {
        eval: true,
        workerData,
        transferList: [port2],
      });
      worker.unref(); // pictures that nobody waits for are no reason to stay alive
      this.#workers.push(worker);
      this.#ports.push(port1);
    }
  }

  /** Asks for pictures, from each worker in turn. @returns the number of the request. */
  ask(request: Omit<LoadRequest, 'id'>): number {
    const id = this.#asked++;
    this.#ports[id % this.#ports.length]?.postMessage({ ...request, id } satisfies LoadRequest);
    return id;
  }

  /**
   * What a request came to; waits for it.
   *
   * @throws {DataError} if pictures could not be loaded, or not in time.
   */
  take(id: number): Required<Pick<LoadAnswer, 'pixels' | 'labels'>> {
    const { pixels, labels, failure } = this.#waitFor(id);
    if (pixels !== undefined && labels !== undefined) return { pixels, labels };
    throw new DataError(`${this.#module}: ${failure ?? 'gave no pictures.'}`);
  }

  /** Lets go of a request whose answer is not wanted any more. */
  forget(id: number): void {
    if (!this.#arrived.delete(id)) this.#forgotten.add(id);
  }

  async close(): Promise<void> {
    for (const port of this.#ports) port.close();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #waitFor(id: number): LoadAnswer {
    const end = performance.now() + 1000 * this.#timeout;
    for (;;) {
      const seen = Atomics.load(this.#signal, 0); // before looking, so that no answer is missed
      this.#collect();
      const answer = this.#arrived.get(id);
      if (answer !== undefined) {
        this.#arrived.delete(id);
        return answer;
      }
      const left = end - performance.now();
      if (left > 0) Atomics.wait(this.#signal, 0, seen, left);
      else throw this.#tooLate();
    }
  }

  #collect(): void {
    for (const port of this.#ports) {
      for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
        const answer = got.message as LoadAnswer; // sent by the worker above
        if (!this.#forgotten.delete(answer.id)) this.#arrived.set(answer.id, answer);
      }
    }
  }

  #tooLate(): DataError {
    return new DataError(
      `${this.#module}: expected pictures within ${this.#timeout} s, got none. Its worker has ended, or load ` +
        'takes longer: raise timeout, or take more workers.',
    );
  }
}
