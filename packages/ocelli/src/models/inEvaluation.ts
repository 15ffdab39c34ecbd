import type { AnyModule } from '@ocelli/torch';

/** Runs `work` with the model in evaluation mode, and gives every part of it its own mode back. */
export function inEvaluation<T>(model: AnyModule, work: () => T): T {
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  model.eval();
  try {
    return work();
  } finally {
    // Parents come first, so what a parent sets for all below it is set right after.
    for (const [module, training] of modes) module.train(training);
  }
}
