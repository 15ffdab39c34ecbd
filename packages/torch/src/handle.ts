import type { Handle } from './native.ts';

/** Base of the classes whose value lives in libtorch. */
export abstract class NativeObject {
  /** @internal Valid only for calls into the addon. */
  readonly handle: Handle;

  constructor(handle: Handle) {
    this.handle = handle;
  }
}
