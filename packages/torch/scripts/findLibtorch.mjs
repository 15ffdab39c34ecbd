// Finds the libtorch to build against. Plain JavaScript without dependencies: the set-up script runs
// it before anything is installed. Types: findLibtorch.d.mts.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCudaHeaders } from './findCuda.mjs';

export { describeBlas, findBlas } from './findBlas.mjs';
export { findCudaHeaders } from './findCuda.mjs';

export const minimumVersion = '1.13';

/** Where the native build leaves the addon. */
export const addonPath = fileURLToPath(new URL('../build/ocelli_torch.node', import.meta.url));

/** What builds it: in a clone for everything there, else for this package alone. */
export const setupCommand = existsSync(
  fileURLToPath(new URL('../../../scripts/setup.mjs', import.meta.url)),
)
  ? 'npm run setup'
  : 'npx ocelli-torch-setup';

export class LibtorchNotUsable extends Error {}

const sharedSuffix = process.platform === 'darwin' ? '.dylib' : '.so';
const gnuTriplet = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;

export function cacheFolder(env = process.env) {
  if (env.OCELLI_CACHE) return resolve(env.OCELLI_CACHE);
  const shared = env.XDG_CACHE_HOME;
  // The XDG specification says that relative paths are to be ignored.
  return join(shared && isAbsolute(shared) ? shared : join(homedir(), '.cache'), 'ocelli');
}

export function findLibtorch(options = {}) {
  const {
    env = process.env,
    pythonTorch = findPythonTorch,
    systemRoots = ['/usr/local', '/usr'],
    downloaded = join(cacheFolder(env), 'libtorch'),
  } = options;
  const places = {
    python: () => present([pythonTorch(env)]),
    system: () => systemRoots.filter((root) => sharedLibrary(root, 'torch_cpu')),
    download: () => present([existsSync(downloaded) ? downloaded : undefined]),
  };
  const wanted = env.LIBTORCH;
  if (wanted && !Object.hasOwn(places, wanted)) return { libtorch: chosen(wanted), passedOver: [] };
  const sources = wanted ? [wanted] : Object.keys(places);
  return firstUsable(
    sources.flatMap((source) => places[source]().map((root) => ({ source, root }))),
  );
}

function firstUsable(candidates) {
  const passedOver = [];
  for (const { source, root } of candidates) {
    const { reason, ...libtorch } = inspectLibtorch(root);
    if (!reason) return { libtorch: { source, ...libtorch }, passedOver };
    passedOver.push({ source, root, reason });
  }
  return { libtorch: undefined, passedOver };
}

/** The folder the user named: it is used, or it is an error; it is never passed over. */
function chosen(path) {
  const root = resolve(path);
  const { reason, ...libtorch } = inspectLibtorch(root);
  if (!reason) return { source: 'LIBTORCH', ...libtorch };
  throw new LibtorchNotUsable(
    `LIBTORCH: expected the folder of a libtorch ${minimumVersion} or newer (or system, python, ` +
      `download), got ${path}, which ${reason}. Correct the variable or unset it.`,
  );
}

export function inspectLibtorch(root) {
  const cpuLibrary = sharedLibrary(root, 'torch_cpu');
  if (!cpuLibrary) return { reason: existsSync(root) ? 'has no libtorch_cpu' : 'does not exist' };
  const include = join(root, 'include');
  if (!existsSync(join(include, 'ATen/ATen.h'))) return { reason: 'has no C++ headers' };
  const version = readVersion(root, include);
  if (!version) return { reason: 'does not say its version' };
  if (isOlder(version, minimumVersion)) {
    return { reason: `is version ${version} (${minimumVersion} or newer is needed)` };
  }
  return { root, version, ...buildFacts(root, include) };
}

function buildFacts(root, include) {
  const libraries = ['torch_cpu', 'c10', 'torch_cuda', 'c10_cuda'].map((n) =>
    sharedLibrary(root, n),
  );
  return {
    includeFolders: [include, join(include, 'torch/csrc/api/include')],
    libraries: [...present(libraries), openMpRuntime(libraries[0])],
    cuda: libraries[2] !== undefined,
    ...(libraries[2] && { cudaHeaders: findCudaHeaders(root) }),
    cxx11Abi: readCxx11Abi(root),
    cxxStandard: readCxxStandard(include),
  };
}

function sharedLibrary(root, name) {
  const folders = ['lib', 'lib64', `lib/${gnuTriplet}`];
  const paths = folders.map((folder) => join(root, folder, `lib${name}${sharedSuffix}`));
  return paths.find((path) => existsSync(path));
}

/** The copy that lies beside libtorch in wheels and archives, else the compiler's own. */
function openMpRuntime(cpuLibrary) {
  const folder = dirname(cpuLibrary);
  const bundled = readdirSync(folder).find((name) => /^libgomp(-.*\.so.*|\.so\.1)$/.test(name));
  return bundled ? join(folder, bundled) : 'gomp';
}

function readVersion(root, include) {
  // The wheel says it in Python, the official archive in a text file, a distribution only in a header.
  const fromWheel = /__version__ = '([^']+)'/.exec(readIfPresent(join(root, 'version.py')));
  if (fromWheel) return fromWheel[1];
  const fromArchive = readIfPresent(join(root, 'build-version')).trim();
  if (fromArchive) return fromArchive;
  return headerVersion(include);
}

function headerVersion(include) {
  for (const header of ['torch/csrc/api/include/torch/version.h', 'torch/headeronly/version.h']) {
    const text = readIfPresent(join(include, header));
    const numbers = ['MAJOR', 'MINOR', 'PATCH'].map(
      (part) => new RegExp(`define TORCH_VERSION_${part} (\\d+)`).exec(text)?.[1],
    );
    if (numbers[0] !== undefined) return numbers.join('.');
  }
  return undefined;
}

/** Wheels before 2.7 were built with the C++ ABI of before 2011; what links to them must be too. */
function readCxx11Abi(root) {
  const text = readIfPresent(join(root, 'share/cmake/Torch/TorchConfig.cmake'));
  return !/_GLIBCXX_USE_CXX11_ABI=0/.test(text);
}

/** ATen's first lines refuse older standards and say which one they need. */
function readCxxStandard(include) {
  const said = /C\+\+(\d\d) or later/.exec(readIfPresent(join(include, 'ATen/ATen.h')));
  return Math.max(17, Number(said?.[1] ?? 17));
}

export function findPythonTorch(env = process.env) {
  // Without the working folder on the path, which may hold a folder named torch; without importing
  // it, which takes seconds.
  const script =
    'import sys, importlib.util\n' +
    'sys.path = [p for p in sys.path if p]\n' +
    's = importlib.util.find_spec("torch")\n' +
    'print(s.submodule_search_locations[0] if s and s.origin else "")';
  const answer = spawnSync('python3', ['-c', script], { env, encoding: 'utf8', timeout: 10_000 });
  return answer.status === 0 && answer.stdout.trim() ? answer.stdout.trim() : undefined;
}

export function isOlder(version, minimum) {
  const [a, b] = [version, minimum].map((text) => text.split(/[.+]/).slice(0, 2).map(Number));
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

function readIfPresent(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function present(values) {
  return values.filter((value) => value !== undefined);
}
