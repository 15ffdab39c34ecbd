import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  cacheFolder,
  describeBlas,
  findCudaHeaders,
  findLibtorch,
  inspectLibtorch,
  isOlder,
} from '../scripts/findLibtorch.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-libtorch-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const usable = {
  'lib/libtorch_cpu.so': '',
  'lib/libc10.so': '',
  'include/ATen/ATen.h': '#error C++17 or later compatible compiler is required to use ATen.',
  'build-version': '2.5.1+cpu\n',
};

function install(name: string, files: Record<string, string>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), content);
  }
  return join(folder, name);
}

function without(...paths: (keyof typeof usable)[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(usable).filter(([path]) => !paths.some((p) => p === path)),
  );
}

/** Looks only at folders below the test's own. */
function look(env: NodeJS.ProcessEnv = {}): ReturnType<typeof findLibtorch> {
  return findLibtorch({
    env,
    pythonTorch: () => join(folder, 'python'),
    systemRoots: [join(folder, 'system')],
    downloaded: join(folder, 'download'),
  });
}

describe('order', () => {
  test('the active Python comes before the system, the system before the download', () => {
    for (const place of ['download', 'system', 'python'] as const) {
      install(place, usable);
      expect(look().libtorch?.source).toBe(place);
    }
  });

  test('LIBTORCH comes before all', () => {
    install('python', usable);
    const own = install('own', usable);
    expect(look({ LIBTORCH: own }).libtorch).toMatchObject({ source: 'LIBTORCH', root: own });
  });

  test.each(['python', 'system', 'download'] as const)('LIBTORCH=%s looks only there', (place) => {
    for (const other of ['python', 'system', 'download']) install(other, usable);
    expect(look({ LIBTORCH: place }).libtorch?.source).toBe(place);
    rmSync(join(folder, place), { recursive: true });
    expect(look({ LIBTORCH: place }).libtorch).toBeUndefined();
  });

  test('one that cannot be used is passed over with a word', () => {
    const root = install('python', without('include/ATen/ATen.h'));
    install('system', usable);
    const { libtorch, passedOver } = look();
    expect(libtorch?.source).toBe('system');
    expect(passedOver).toEqual([{ source: 'python', root, reason: 'has no C++ headers' }]);
  });

  test('a LIBTORCH that cannot be used is an error, not passed over', () => {
    install('system', usable);
    const own = install('own', { 'build-version': '2.5.1' });
    expect(() => look({ LIBTORCH: own })).toThrow(
      'LIBTORCH: expected the folder of a libtorch 1.13 or newer (or system, python, download), ' +
        `got ${own}, which has no libtorch_cpu. Correct the variable or unset it.`,
    );
  });
});

describe('what is read', () => {
  test('libraries in link order, with the OpenMP runtime last', () => {
    const root = install('a', {
      ...usable,
      'lib/libgomp-52f2fd74.so.1': '',
      'lib/libtorch_cuda.so': '',
    });
    expect(inspectLibtorch(root)).toMatchObject({
      cuda: true,
      libraries: ['libtorch_cpu.so', 'libc10.so', 'libtorch_cuda.so', 'libgomp-52f2fd74.so.1'].map(
        (name) => join(root, 'lib', name),
      ),
    });
  });

  describe('headers of CUDA', () => {
    const headers = { 'cuda_runtime_api.h': '', 'crt/host_config.h': '' };
    const below = (path: string): Record<string, string> =>
      Object.fromEntries(Object.keys(headers).map((name) => [`${path}/${name}`, '']));

    test('CUDA_HOME comes before a wheel beside torch, that before the system', () => {
      const torch = install('site/torch', usable);
      const system = join(install('usr', below('include')), 'include');
      const find = (env: NodeJS.ProcessEnv = {}): string | undefined =>
        findCudaHeaders(torch, { env, systemFolders: [system] });
      expect(find()).toBe(system);
      install('site/nvidia/cu13', below('include'));
      expect(find()).toBe(join(folder, 'site/nvidia/cu13/include'));
      const home = install('home', below('include'));
      expect(find({ CUDA_HOME: home })).toBe(join(home, 'include'));
    });

    test('a folder without those of the compiler is none', () => {
      const home = install('home', { 'include/cuda_runtime_api.h': '' });
      expect(findCudaHeaders(folder, { env: { CUDA_HOME: home }, systemFolders: [] })).toBe(
        undefined,
      );
    });

    test('a libtorch without CUDA needs none', () => {
      expect(inspectLibtorch(install('a', usable))).not.toHaveProperty('cudaHeaders');
    });
  });

  test("where libtorch brings no OpenMP runtime, it is the compiler's", () => {
    expect(inspectLibtorch(install('a', usable))).toMatchObject({ libraries: { 2: 'gomp' } });
  });

  test("a wheel's version and old C++ ABI", () => {
    const root = install('a', {
      ...without('build-version'),
      'version.py': "from typing import Optional\n__version__ = '2.1.2+cu121'\n",
      'share/cmake/Torch/TorchConfig.cmake': 'set(TORCH_CXX_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=0")',
    });
    expect(inspectLibtorch(root)).toMatchObject({ version: '2.1.2+cu121', cxx11Abi: false });
  });

  test("a distribution's version from the header, and the new ABI where nothing is said", () => {
    const header = [1, 13, 0].map(
      (n, i) => `#define TORCH_VERSION_${['MAJOR', 'MINOR', 'PATCH'][i]} ${n}`,
    );
    const root = install('a', {
      ...without('build-version'),
      'include/torch/csrc/api/include/torch/version.h': header.join('\n'),
    });
    expect(inspectLibtorch(root)).toMatchObject({ version: '1.13.0', cxx11Abi: true });
  });

  test.each([
    [14, 17],
    [17, 17],
    [20, 20],
  ])('headers that need C++%d are compiled as C++%d', (needed, compiled) => {
    const header = `#error C++${needed} or later compatible compiler is required to use ATen.`;
    const root = install('a', { ...usable, 'include/ATen/ATen.h': header });
    expect(inspectLibtorch(root)).toMatchObject({ cxxStandard: compiled });
  });

  test.each([
    ['does not exist', {}],
    ['has no libtorch_cpu', without('lib/libtorch_cpu.so')],
    ['has no C++ headers', without('include/ATen/ATen.h')],
    ['does not say its version', without('build-version')],
    ['is version 1.12.1 (1.13 or newer is needed)', { ...usable, 'build-version': '1.12.1' }],
  ])('refused: it %s', (reason, files) => {
    install('a', files);
    expect(inspectLibtorch(join(folder, 'a'))).toEqual({ reason });
  });
});

test.each([
  ['1.12.1', true],
  ['1.13.0a0', false],
  ['1.9.0', true],
  ['2.0.0+cu118', false],
  ['2.15.0', false],
])('%s is older than 1.13: %s', (version, older) => {
  expect(isOlder(version, '1.13')).toBe(older);
});

test.each([
  ['/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0', 'reference BLAS', 'slow'],
  ['/opt/conda/lib/libblas.so.3.9.0', 'reference BLAS', 'slow'],
  ['/usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3', 'OpenBLAS', 'fast'],
  ['/usr/lib/x86_64-linux-gnu/libmkl_rt.so', 'MKL', 'fast'],
  ['/opt/nvpl/lib/libnvpl_blas_lp64_gomp.so.0', 'libnvpl_blas_lp64_gomp.so.0', 'fast'],
])('%s is %s', (path, name, state) => {
  expect(describeBlas(path)).toEqual({ name, path, state });
});

test('the cache folder follows OCELLI_CACHE, then an absolute XDG_CACHE_HOME', () => {
  expect(cacheFolder({ OCELLI_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/ocelli');
  expect(cacheFolder({ XDG_CACHE_HOME: 'b' })).toMatch(/\/\.cache\/ocelli$/);
});
