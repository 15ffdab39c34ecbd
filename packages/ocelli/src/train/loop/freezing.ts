import { type AnyModule, OptionError } from '@ocelli/torch';

/**
 * Stops the learning of the parameters that patterns name: a path such as `trunk.stem`, which stands for
 * everything below it too, or one with `*` for any text, such as `heads.*.output`.
 *
 * @throws {OptionError} if a pattern names nothing, with the nearest path, or if nothing is left to learn.
 */
export function freezeParts(model: AnyModule, patterns: readonly string[]): void {
  for (const pattern of patterns) {
    if (pattern.includes('*')) freezeMatching(model, pattern);
    else model.freeze(pattern);
  }
  if (model.parameters().some(({ requiresGrad }) => requiresGrad)) return;
  throw new OptionError(
    `freeze: expected something left to learn, got ${patterns.join(', ')}, which is the whole model.`,
  );
}

function freezeMatching(model: AnyModule, pattern: string): void {
  const words = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const whole = new RegExp(`^${words.join('.*')}($|\\.)`);
  const chosen = model.namedParameters().filter(([path]) => whole.test(path));
  if (chosen.length === 0) {
    const paths = [...model.namedModules()].map(([path]) => path);
    const top = paths.filter((path) => path !== '' && !path.includes('.'));
    throw new OptionError(
      `freeze: expected ${pattern} to match a parameter, it matches none. At the top are ${top.join(', ')}.`,
    );
  }
  for (const [, parameter] of chosen) parameter.requiresGrad = false;
}

/**
 * Switches a model to training, but for modules all of whose parameters are frozen: these go on as in
 * evaluation, so that neither their running statistics nor dropout change what they answer.
 */
export function trainUnfrozen(model: AnyModule): void {
  model.train();
  for (const [, module] of model.namedModules()) {
    const parameters = module.parameters();
    if (parameters.length > 0 && parameters.every(({ requiresGrad }) => !requiresGrad)) {
      module.eval();
    }
  }
}
