// Finds the headers of CUDA, which CUDA graphs are compiled with.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const needed = ['cuda_runtime_api.h', 'crt/host_config.h'];

/** @returns their folder: named by the environment, beside a Python's torch, or of the system. */
export function findCudaHeaders(torchRoot, options = {}) {
  const { env = process.env, systemFolders = ['/usr/local/cuda/include', '/usr/include'] } =
    options;
  const named = [env.CUDA_HOME, env.CUDA_PATH].filter(Boolean).map((home) => join(home, 'include'));
  const wheels = ['cu13', 'cuda_runtime'].map((name) =>
    join(dirname(torchRoot), 'nvidia', name, 'include'),
  );
  const isComplete = (folder) => needed.every((name) => existsSync(join(folder, name)));
  return [...named, ...wheels, ...systemFolders].find(isComplete);
}
