// Finds the linear algebra library behind a libtorch. Types: findLibtorch.d.mts.
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { basename } from 'node:path';

const names = [
  [/openblas/i, 'OpenBLAS'],
  [/mkl/i, 'MKL'],
  [/blis/i, 'BLIS'],
  [/atlas/i, 'ATLAS'],
  [/accelerate/i, 'Accelerate'],
];

/** As distributions call the file of the reference implementation. */
const referenceFile = /^lib(ref)?blas[.-]/;

export function findBlas(libtorch) {
  const linked = spawnSync('ldd', [libtorch.libraries[0]], { encoding: 'utf8', timeout: 10_000 });
  if (linked.error || linked.status !== 0) return undefined;
  const link = /(lib(?:blas|openblas|mkl_rt|blis)\S*) => (not found|\S+)/.exec(linked.stdout);
  // The official archives and wheels carry MKL or OpenBLAS inside libtorch_cpu.
  if (!link) return { name: 'built in', path: undefined, state: 'fast' };
  const [, file, path] = link;
  if (path === 'not found') return { name: file, path: undefined, state: 'missing' };
  return describeBlas(realpathSync(path));
}

/** A plain libblas that none of the optimised libraries stands behind is the reference one. */
export function describeBlas(path) {
  const name = names.find(([sign]) => sign.test(path))?.[1];
  if (name) return { name, path, state: 'fast' };
  if (referenceFile.test(basename(path))) return { name: 'reference BLAS', path, state: 'slow' };
  return { name: basename(path), path, state: 'fast' };
}
