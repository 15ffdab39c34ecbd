import type { AnyModule } from '@ocelli/torch';

/**
 * Whether a module or one below it was given a `forward` of its own, which a hook is too. Whoever computes
 * several modules as one asks this first: such a module has to be called.
 */
export function hasOwnForward(module: AnyModule): boolean {
  return Object.hasOwn(module, 'forward') || [...module.children.values()].some(hasOwnForward);
}
