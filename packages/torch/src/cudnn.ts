import { native } from './native.ts';

/** Whether cuDNN times its algorithms at the first convolution of a shape; see {@link setCudnnBenchmark}. */
export function cudnnBenchmark(): boolean {
  return native.cudnnBenchmark();
}

/**
 * Lets cuDNN time its algorithms at the first convolution of every shape and keep the fastest: for work
 * whose shapes stay the same. The choice, and so the last digits, may differ from run to run. Off until
 * set; PyTorch's `torch.backends.cudnn.benchmark`.
 */
export function setCudnnBenchmark(on: boolean): void {
  native.setCudnnBenchmark(on);
}
