// Matrix products run on the BLAS that libtorch links to; the reference one is no use for training.
import { findBlas } from '../findLibtorch.mjs';
import { hasOfficialArchive } from './archive.mjs';
import { asProblem, SetupFailure } from './failure.mjs';
import { aptInstall } from './packageManager.mjs';
import { identity } from './stamp.mjs';

/** The package of OpenBLAS. */
export const fastBlas = 'libopenblas0-openmp';

const stamp = 'fast-blas';

/**
 * Installs OpenBLAS where libtorch has a slow BLAS or none.
 * @throws {SetupFailure} if it still has none that is fast.
 */
export async function requireFastBlas(libtorch, { log, stamps }) {
  const known = stamps.read(stamp);
  if (known !== undefined && facts(libtorch, JSON.parse(known)[1]?.[0]) === known) return;
  let blas = findBlas(libtorch);
  if (isUnfit(blas)) {
    const problem = await aptInstall([fastBlas], { log }).catch(asProblem);
    blas = findBlas(libtorch);
    if (isUnfit(blas)) throw new SetupFailure(sentence(blas, problem));
  }
  stamps.write(stamp, facts(libtorch, blas?.path));
}

/** What was looked at: libtorch and, unless it is part of that or not known, the file of its BLAS. */
function facts({ libraries }, path) {
  return JSON.stringify([identity(libraries[0]), path === undefined ? null : identity(path)]);
}

/** Where the system cannot tell, it is taken for fast. */
function isUnfit(blas) {
  return blas !== undefined && blas.state !== 'fast';
}

function sentence({ name, path, state }, problem) {
  const fault =
    state === 'missing'
      ? `needs ${name}, which is not installed`
      : `uses the ${name} (${path}), which is 70 times slower than OpenBLAS`;
  const why = problem ? ` (${problem})` : '';
  const archive = hasOfficialArchive() ? ', or set LIBTORCH=download, which brings its own' : '';
  return `libtorch ${fault}${why}. Install OpenBLAS as root with apt-get install ${fastBlas}${archive}.`;
}
