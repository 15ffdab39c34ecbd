import type { CpuKernels } from './environment.ts';
import { native } from './native.ts';

/** What Ocelli's own CPU kernels compute with in this process; see `OCELLI_KERNELS` in `docs/torch.md`. */
export function cpuKernels(): CpuKernels {
  return native.cpuKernels();
}
