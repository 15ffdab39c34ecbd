/** Oldest libtorch whose headers the native sources compile with. */
export declare const minimumVersion: string;

/** Absolute path of the native addon, whether it is built or not. */
export declare const addonPath: string;

/** The command that brings libtorch and builds the addon, in a clone or where the package is installed. */
export declare const setupCommand: string;

/** The place where a libtorch was looked for, in the order of looking. */
export type LibtorchSource = 'LIBTORCH' | 'python' | 'system' | 'download';

/** A libtorch that can be built against. All paths are absolute. */
export interface Libtorch {
  source: LibtorchSource;
  root: string;
  /** As it says itself, such as `2.5.1+cpu`. */
  version: string;
  includeFolders: string[];
  /** What to link: shared libraries, `libtorch_cpu` first, and last the OpenMP runtime it uses. */
  libraries: string[];
  /** Whether it was built with CUDA; says nothing about the machine. */
  cuda: boolean;
  /** Folder of the headers of CUDA, which CUDA graphs need; undefined where there are none. */
  cudaHeaders?: string | undefined;
  /** Value of `_GLIBCXX_USE_CXX11_ABI` it was compiled with. */
  cxx11Abi: boolean;
  /** C++ standard its headers need: 17 or later. */
  cxxStandard: number;
}

/** A libtorch that exists and cannot be used, with the rest of the sentence that begins with it. */
export interface PassedOver {
  source: LibtorchSource;
  root: string;
  reason: string;
}

/** What replaces the machine in tests. */
export interface FindLibtorchOptions {
  /** @default process.env */
  env?: NodeJS.ProcessEnv;
  /** Folder of the active Python's torch. */
  pythonTorch?: (env: NodeJS.ProcessEnv) => string | undefined;
  /** Prefixes of the system's packages. @default ['/usr/local', '/usr'] */
  systemRoots?: string[];
  /** Folder of the downloaded archive. @default libtorch in the cache folder */
  downloaded?: string;
}

/** The environment's `LIBTORCH` names a folder that is not a usable libtorch. */
export declare class LibtorchNotUsable extends Error {}

/**
 * Finds the libtorch to build against: `LIBTORCH`, else the torch of the active Python, else the
 * system's package, else the downloaded archive. `LIBTORCH` is a folder, or one of `python`,
 * `system`, `download` to look there only. Costs one start of Python and imports nothing into it.
 *
 * @throws {LibtorchNotUsable} if `LIBTORCH` names a folder that cannot be used.
 */
export declare function findLibtorch(options?: FindLibtorchOptions): {
  libtorch: Libtorch | undefined;
  passedOver: PassedOver[];
};

/** The facts of the libtorch in `root`, or `reason` why it cannot be used. */
export declare function inspectLibtorch(
  root: string,
): (Omit<Libtorch, 'source'> & { reason?: undefined }) | { reason: string };

/** Folder of the torch that `python3` would import, if it has one. */
export declare function findPythonTorch(env?: NodeJS.ProcessEnv): string | undefined;

/** Compares major and minor version only. */
export declare function isOlder(version: string, minimum: string): boolean;

/** Folder for downloads: `OCELLI_CACHE`, else `ocelli` in the user's cache folder. */
export declare function cacheFolder(env?: NodeJS.ProcessEnv): string;

/** A linear algebra library (BLAS and LAPACK). */
export interface Blas {
  name: string;
  /** The file behind all links; `undefined` if it is part of libtorch or missing. */
  path: string | undefined;
  /**
   * `slow` for the reference implementation, whose matrix products take 70 times as long as OpenBLAS's;
   * `missing` where libtorch asks for a file that is not there.
   */
  state: 'fast' | 'slow' | 'missing';
}

/** The BLAS that `libtorch` loads; `undefined` where the system cannot tell. */
export declare function findBlas(libtorch: Libtorch): Blas | undefined;

/** Names the BLAS by the path of its file. */
export declare function describeBlas(path: string): Blas;

/** What replaces the machine in tests. */
export interface FindCudaHeadersOptions {
  /** @default process.env */
  env?: NodeJS.ProcessEnv;
  /** @default ['/usr/local/cuda/include', '/usr/include'] */
  systemFolders?: string[];
}

/**
 * Folder of the headers of CUDA: below `CUDA_HOME` or `CUDA_PATH`, beside the torch of a Python in
 * `torchRoot`, or the system's.
 */
export declare function findCudaHeaders(
  torchRoot: string,
  options?: FindCudaHeadersOptions,
): string | undefined;
