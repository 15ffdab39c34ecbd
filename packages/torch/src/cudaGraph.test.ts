import { expect, it } from 'vitest';
import { CudaGraph } from './cudaGraph.ts';
import { cudaIsAvailable } from './device.ts';

it('is refused for the CPU', () => {
  expect(() => new CudaGraph('cpu')).toThrow(
    'CudaGraph: expected device to be a CUDA device, got "cpu".',
  );
});

it.skipIf(cudaIsAvailable())('is refused where libtorch has no CUDA device', () => {
  expect(() => new CudaGraph()).toThrow(
    'CudaGraph: expected device to be one that libtorch has (0 CUDA devices), got "cuda".',
  );
});
