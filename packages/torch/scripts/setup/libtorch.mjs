// Finds libtorch, or brings it.
import { cacheFolder, findBlas, findLibtorch, LibtorchNotUsable } from '../findLibtorch.mjs';
import { downloadLibtorch, hasOfficialArchive } from './archive.mjs';
import { Interrupted, SetupFailure } from './failure.mjs';
import { aptInstall, refuseOldLibtorch } from './packageManager.mjs';
import { identity } from './stamp.mjs';

const fastBlas = 'libopenblas0-openmp';

/** @returns the libtorch to build against. */
export async function obtainLibtorch(context) {
  const found = lookFor();
  const libtorch = found.libtorch ?? (await bring(found.passedOver, context));
  await makeBlasFast(libtorch, context);
  return libtorch;
}

function lookFor() {
  try {
    return findLibtorch();
  } catch (error) {
    if (error instanceof LibtorchNotUsable) throw new SetupFailure(error.message);
    throw error;
  }
}

async function bring(passedOver, context) {
  for (const { root, reason } of passedOver) {
    context.log.say(`libtorch in ${root} is passed over: it ${reason}`);
  }
  const wanted = process.env.LIBTORCH;
  const ways = { system: fromPackage, download: fromArchive };
  const problems = [];
  for (const [source, bringFrom] of Object.entries(ways)) {
    if (wanted && wanted !== source) continue;
    problems.push(await bringFrom(context).catch(asProblem));
    const { libtorch } = lookFor();
    if (libtorch) return libtorch;
  }
  throw nothingFound({ wanted, problems, log: context.log });
}

function nothingFound({ wanted, problems, log }) {
  const where = wanted ? ` for LIBTORCH=${wanted}` : '';
  const why = problems.length > 0 ? ` (${problems.join('; ')})` : '';
  return new SetupFailure(
    `No usable libtorch was found${where}${why}. Install the package libtorch-dev as root, or unpack ` +
      'LibTorch for C++ from https://pytorch.org/get-started/locally/ and set LIBTORCH to its folder ' +
      `(details: ${log.path}).`,
  );
}

function asProblem(error) {
  if (!(error instanceof SetupFailure) || error instanceof Interrupted) throw error;
  return error.message.replace(/\.$/, '');
}

/** Brings the package. @returns what is wrong if it is not found afterwards. */
async function fromPackage({ log }) {
  await aptInstall(['libtorch-dev', fastBlas], { log, refuse: refuseOldLibtorch });
  return 'the package libtorch-dev cannot be used';
}

async function fromArchive({ log, tools }) {
  if (!hasOfficialArchive()) return 'there is no official archive for this machine';
  await downloadLibtorch({ folder: cacheFolder(), cmake: tools.cmake, log });
  return 'the official archive cannot be used';
}

/** Says or mends that matrix products run on the reference BLAS. Looked at again until it is fast. */
async function makeBlasFast(libtorch, { log, stamps }) {
  const checked = JSON.stringify(identity(libtorch.libraries[0]));
  if (stamps.read('blas') === checked) return;
  if (findBlas(libtorch)?.slow) await aptInstall([fastBlas], { log }).catch(asProblem);
  const blas = findBlas(libtorch);
  if (!blas?.slow) return stamps.write('blas', checked);
  const what = `${blas.name} (${blas.path}), 70 times slower than OpenBLAS`;
  log.say(`libtorch uses the ${what}. Mend it: apt-get install ${fastBlas}`);
}
