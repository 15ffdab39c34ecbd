import { type AnyModule, Module } from '@ocelli/torch';

/** A level of checkpoint keys; what is below it is run by the model that made it. */
class Folder extends Module<never, never> {
  forward(): never {
    throw new Error('internal: a folder of layers has no forward.');
  }
}

/**
 * Registers a module under a key whose dots make folders, as in `features.norm5`.
 *
 * @throws {OptionError} if the key is taken.
 */
export function registerAt(parent: AnyModule, key: string, module: AnyModule): void {
  const [first = '', ...rest] = key.split('.');
  if (rest.length === 0) {
    parent.registerModule(first, module);
    return;
  }
  const there = parent.children.get(first);
  const folder = there instanceof Folder ? there : parent.registerModule(first, new Folder());
  registerAt(folder, rest.join('.'), module);
}
