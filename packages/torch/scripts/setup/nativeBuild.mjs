// Compiles native/ of this package into build/ocelli_torch.node.
import { mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonPath } from '../findLibtorch.mjs';
import { run } from './child.mjs';
import { Interrupted, SetupFailure } from './failure.mjs';
import { filesBelow, fingerprint, identity } from './stamp.mjs';

/** Of this package, in a clone or where it was installed. */
const folder = fileURLToPath(new URL('../..', import.meta.url));
const memoryPerCompiler = 1.5e9; // bytes, with libtorch's headers
const stamp = 'native-build';
const begun = 'native-build-begun';

export async function buildNative({ root, log, stamps, tools }, libtorch) {
  const configuration = configurationOf({ tools, libtorch });
  const sources = [join(folder, 'CMakeLists.txt'), ...filesBelow(join(folder, 'native'))];
  const inputs = fingerprint(root, sources, configuration);
  if (stamps.read(stamp) === built(inputs)) return;

  const build = join(folder, 'build');
  const key = fingerprint(root, [], configuration);
  // Objects of another libtorch or compiler, or half-written ones of a build that was killed.
  if (stamps.read(begun) !== undefined || stamps.read('native-configuration') !== key) {
    rmSync(build, { recursive: true, force: true });
  }
  mkdirSync(build, { recursive: true });
  stamps.write('native-configuration', key);
  stamps.write(begun, '');
  await log
    .during(`native build against libtorch ${libtorch.version}`, (step) =>
      compile({ tools, build, log, step }, configuration),
    )
    .catch((error) => {
      if (!(error instanceof Interrupted)) stamps.remove(begun);
      throw error;
    });
  stamps.remove(begun);
  stamps.write(stamp, built(inputs));
}

/** The stamp of a build: its inputs and the addon they gave. */
function built(inputs) {
  return JSON.stringify([inputs, identity(addonPath)]);
}

/** Everything but the sources that decides how the addon comes out. */
function configurationOf({ tools, libtorch }) {
  const { resolve } = createRequire(join(folder, 'package.json'));
  const packageOf = (name) => dirname(resolve(`${name}/package.json`));
  const nodeApi = ['node-addon-api', 'node-api-headers'].map(
    (name) => JSON.parse(readFileSync(join(packageOf(name), 'package.json'), 'utf8')).version,
  );
  return {
    libtorch: [libtorch, identity(libtorch.libraries[0])],
    compiler: [tools.compiler, identity(realpathSync(tools.compiler)), process.env.CXXFLAGS],
    nodeApi,
    options: [
      `-G${tools.generator}`,
      `-DCMAKE_CXX_COMPILER=${tools.compiler}`,
      `-DOCELLI_TORCH_INCLUDE=${libtorch.includeFolders.join(';')}`,
      `-DOCELLI_TORCH_LIBRARIES=${libtorch.libraries.join(';')}`,
      `-DOCELLI_CUDA_INCLUDE=${libtorch.cudaHeaders ?? ''}`,
      `-DOCELLI_NODE_API_INCLUDE=${packageOf('node-addon-api')};${packageOf('node-api-headers')}/include`,
      `-DOCELLI_CXX_STANDARD=${libtorch.cxxStandard}`,
      `-DOCELLI_CXX11_ABI=${libtorch.cxx11Abi ? 1 : 0}`,
    ],
  };
}

async function compile({ tools, build, log, step }, { options }) {
  const remedy = 'Mend what it says and run it again';
  await run([tools.cmake, '-S', folder, '-B', build, ...options], { log, remedy });
  const onLine = (line) => {
    step.note = /^\[\s*(\d+%|\d+\/\d+)\]/.exec(line)?.[1] ?? step.note;
  };
  const parallel = ['--parallel', String(compilersAtOnce())];
  await run([tools.cmake, '--build', build, ...parallel], { log, remedy, onLine });
}

/** As many as there are cores and memory for; `OCELLI_JOBS` overrides it. */
export function compilersAtOnce(env = process.env) {
  if (env.OCELLI_JOBS) return jobs(env.OCELLI_JOBS);
  // freemem() is what is available, page cache included; the second is a container's limit.
  const limits = [freemem(), process.constrainedMemory?.() || Infinity];
  const memory = Math.floor(Math.min(...limits) / memoryPerCompiler);
  return Math.max(1, Math.min(availableParallelism(), memory));
}

function jobs(value) {
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new SetupFailure(
    `OCELLI_JOBS: expected a positive integer, got ${value}. Correct the variable or unset it.`,
  );
}
