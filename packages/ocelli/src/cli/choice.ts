import { didYouMean, optionError } from '@ocelli/torch';

/** An option of a command, checked against the values it may have. @throws {OptionError} */
export function choice<Value extends string>(
  command: string,
  option: { readonly name: string; readonly value: string; readonly among: readonly Value[] },
): Value {
  const { name, value, among } = option;
  const found = among.find((one) => one === value);
  if (found !== undefined) return found;
  const hint = didYouMean(value, among);
  throw optionError(command, name, `one of ${among.join(', ')}`, value, hint);
}
