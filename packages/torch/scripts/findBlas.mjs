// Finds the linear algebra library behind a libtorch. Types: findLibtorch.d.mts.
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';

const names = [
  [/openblas/i, 'OpenBLAS'],
  [/mkl/i, 'MKL'],
  [/blis/i, 'BLIS'],
  [/atlas/i, 'ATLAS'],
  [/accelerate/i, 'Accelerate'],
];

export function findBlas(libtorch) {
  const linked = spawnSync('ldd', [libtorch.libraries[0]], { encoding: 'utf8', timeout: 10_000 });
  if (linked.error || linked.status !== 0) return undefined;
  const path = /lib(?:blas|openblas|mkl_rt|blis)\S* => (\S+)/.exec(linked.stdout)?.[1];
  // The official archives and wheels carry MKL or OpenBLAS inside libtorch_cpu.
  return path
    ? describeBlas(realpathSync(path))
    : { name: 'built in', path: undefined, slow: false };
}

/** A plain libblas that none of the optimised libraries stands behind is the reference one. */
export function describeBlas(path) {
  const name = names.find(([sign]) => sign.test(path))?.[1];
  return { name: name ?? 'reference BLAS', path, slow: name === undefined };
}
