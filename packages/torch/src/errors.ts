/** What every error of Ocelli has in common: a stable code beside the sentence a person reads. */
export class OcelliError extends Error {
  /** Stable, machine-readable name of the kind of error; see `docs/errors.md`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** Two shapes, or a shape and a rule, do not fit. */
export class ShapeError extends OcelliError {
  constructor(message: string, options?: ErrorOptions) {
    super('SHAPE', message, options);
  }
}

/** A tensor has another element type than the operation takes. */
export class DTypeError extends OcelliError {
  constructor(message: string, options?: ErrorOptions) {
    super('DTYPE', message, options);
  }
}

/** A device does not exist, or tensors lie on different ones. */
export class DeviceError extends OcelliError {
  constructor(message: string, options?: ErrorOptions) {
    super('DEVICE', message, options);
  }
}

/** An option is unknown, or its value is outside what it allows. */
export class OptionError extends OcelliError {
  constructor(message: string, options?: ErrorOptions) {
    super('OPTION', message, options);
  }
}

/** Data on disk (pictures, tables, archives) is not what it should be. */
export class DataError extends OcelliError {
  constructor(message: string, options?: ErrorOptions) {
    super('DATA', message, options);
  }
}

/** A weights file or checkpoint is damaged or does not fit the model. */
export class CheckpointError extends OcelliError {
  constructor(message: string, options?: ErrorOptions) {
    super('CHECKPOINT', message, options);
  }
}

/** libtorch, or the addon that binds it, refused or is missing. */
export class NativeError extends OcelliError {
  constructor(message: string, options?: ErrorOptions) {
    super('NATIVE', message, options);
  }
}

/**
 * Builds the one form of sentence in which options are refused.
 *
 * @param where the function or class the user called, for example `Conv2d`.
 * @param expected the rule, worded to follow "expected <option> to be".
 * @param hint one imperative sentence of remedy, only where it is sure to help.
 */
// Four facts and a hint make the sentence; an options object here would only hide them.
// eslint-disable-next-line max-params
export function optionError(
  where: string,
  option: string,
  expected: string,
  got: unknown,
  hint = '',
): OptionError {
  const suffix = hint === '' ? '' : ` ${hint}`;
  return new OptionError(
    `${where}: expected ${option} to be ${expected}, got ${describe(got)}.${suffix}`,
  );
}

function describe(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' || value === undefined) return String(value);
  if (typeof value === 'function') return `function ${value.name}`;
  return JSON.stringify(value) ?? String(value);
}
