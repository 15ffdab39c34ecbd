// Installing packages of Debian and its kin, where that needs no password.
import { answerOf, findProgram, run, succeeds } from './child.mjs';
import { SetupFailure } from './failure.mjs';
import { isOlder, minimumVersion } from '../findLibtorch.mjs';

/** The way to become root without asking; undefined where there is none or no apt-get. */
function aptPrefix() {
  if (!findProgram('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram('sudo');
  return sudo && succeeds(sudo, ['-n', 'true']) ? [sudo, '-n'] : undefined;
}

/**
 * Installs packages.
 * @param refuse asked after the package lists are up to date: why not, if they are not wanted.
 * @throws {SetupFailure} if this user may not, they are refused or apt-get fails.
 */
export async function aptInstall(packages, { log, refuse = () => undefined }) {
  const prefix = aptPrefix();
  if (!prefix) throw new SetupFailure('this user may not install system packages.');
  const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q'];
  // Killed in the middle, it would leave a system whose packages have to be mended by hand.
  const options = { log, remedy: 'Install them by hand', killable: false };
  await log.during(`system packages ${packages.join(' ')}`, async () => {
    await run([...apt, 'update'], options);
    const reason = refuse();
    if (reason) throw new SetupFailure(reason);
    await run([...apt, 'install', '-y', '--no-install-recommends', ...packages], options);
  });
}

/** Why the distribution's libtorch does not do, if it does not. */
export function refuseOldLibtorch() {
  const version = /Candidate: (\d\S*)/.exec(answerOf('apt-cache', ['policy', 'libtorch-dev']))?.[1];
  if (!version) return 'there is no package libtorch-dev.';
  if (!isOlder(version, minimumVersion)) return undefined;
  return `the package libtorch-dev is version ${version}, ${minimumVersion} or newer is needed.`;
}
