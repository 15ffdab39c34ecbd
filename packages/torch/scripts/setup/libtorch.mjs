// Finds libtorch, or brings it.
import { cacheFolder, findLibtorch, LibtorchNotUsable } from '../findLibtorch.mjs';
import { downloadLibtorch, hasOfficialArchive } from './archive.mjs';
import { fastBlas, requireFastBlas } from './blas.mjs';
import { asProblem, SetupFailure } from './failure.mjs';
import { aptInstall, refuseOldLibtorch } from './packageManager.mjs';

/** @returns the libtorch to build against. */
export async function obtainLibtorch(context) {
  const found = lookFor();
  const libtorch = found.libtorch ?? (await bring(found.passedOver, context));
  await requireFastBlas(libtorch, context);
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
