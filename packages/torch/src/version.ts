import { native } from './native.ts';

/** Version of the libtorch in use, for example `2.5.1`, as its headers name it. */
export function libtorchVersion(): string {
  return native.libtorchVersion().version;
}

/** How the libtorch in use was built, in its own words, line by line: compiler, instruction sets, CUDA. */
export function libtorchConfig(): string {
  return native.libtorchVersion().config;
}
