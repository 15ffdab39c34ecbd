import { native } from './native.ts';

/** Version of the libtorch in use, for example `2.5.1`, as its headers name it. */
export function libtorchVersion(): string {
  return native.libtorchVersion().version;
}
