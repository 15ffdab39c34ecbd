import { NativeError } from './errors.ts';
import { NativeObject } from './handle.ts';
import { type Handle, native, type OperatorSchema, type ReturnSchema } from './native.ts';

/** An operator bound to one overload: arguments in the schema's order, `undefined` for a default. */
// The schema, not TypeScript, knows the types; the callers in tensor.ts and aten.generated.ts state them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Caller = (...args: any[]) => any;

/** Makes the tensor class's instances; given by the class, which lies above this file. */
export type Wrap = (handle: Handle) => NativeObject;

/**
 * Finds an operator in libtorch's dispatcher.
 *
 * @param name namespace, name and overload: `aten::add.Tensor`, `aten::relu`.
 * @throws {NativeError} if the installed libtorch has no such operator.
 */
export function findOperator(name: string): OperatorSchema {
  const dot = name.indexOf('.');
  const found =
    dot < 0
      ? native.findOperator(name, '')
      : native.findOperator(name.slice(0, dot), name.slice(dot + 1));
  if (found !== undefined) return found;
  const { version } = native.libtorchVersion();
  throw new NativeError(`${name}: libtorch ${version} has no operator of this name and overload.`);
}

/** Binds an operator: handles go in, wrapped tensors come out, errors name the operator and its input. */
export function bind(operator: OperatorSchema, wrap: Wrap): Caller {
  const { id } = operator;
  const finish = resultReader(operator.returns, wrap);
  return (...args: unknown[]): unknown => {
    let result: unknown;
    try {
      result = callUnwrapped(id, args);
    } catch (cause) {
      throw explain(operator, args, cause as Error);
    }
    return finish(result, args);
  };
}

/** The usual numbers of arguments are written out: a tenth of a small call would go into an array. */
function callUnwrapped(id: number, args: readonly unknown[]): unknown {
  switch (args.length) {
    case 1:
      return native.call(id, unwrap(args[0]));
    case 2:
      return native.call(id, unwrap(args[0]), unwrap(args[1]));
    case 3:
      return native.call(id, unwrap(args[0]), unwrap(args[1]), unwrap(args[2]));
    default:
      return native.call(id, ...args.map(unwrap));
  }
}

function unwrap(value: unknown): unknown {
  if (value instanceof NativeObject) return value.handle;
  if (Array.isArray(value)) return value.map(unwrap);
  return value;
}

type ResultReader = (result: unknown, args: readonly unknown[]) => unknown;

function resultReader(returns: readonly ReturnSchema[], wrap: Wrap): ResultReader {
  const readers = returns.map((schema) => oneResultReader(schema, wrap));
  const [first] = readers;
  if (first === undefined) return () => undefined;
  if (readers.length === 1) return first;
  return (results, args) => readers.map((read, index) => read((results as unknown[])[index], args));
}

function oneResultReader({ sameAs, type }: ReturnSchema, wrap: Wrap): ResultReader {
  if (sameAs !== undefined) return (_, args) => args[sameAs];
  if (type === 'Tensor') return (result) => (result === null ? undefined : wrap(result as Handle));
  if (type.includes('Tensor')) return (result) => wrapNested(result, wrap);
  return (result) => result;
}

function wrapNested(value: unknown, wrap: Wrap): unknown {
  if (Array.isArray(value)) return value.map((element) => wrapNested(element, wrap));
  return value === null ? undefined : wrap(value as Handle);
}

function explain(operator: OperatorSchema, args: readonly unknown[], cause: Error): NativeError {
  const name = operator.schema.slice(0, operator.schema.indexOf('('));
  const described = args.flatMap((argument, index) => {
    const text = describeArgument(argument);
    return text === undefined ? [] : [`${operator.arguments[index]?.name ?? index} ${text}`];
  });
  const input = described.length === 0 ? '' : `, called with ${described.join(', ')}`;
  return new NativeError(`${name}: ${firstSentence(cause.message, name)}${input}.`, { cause });
}

/**
 * libtorch appends notes about its own source files; the first line is what went wrong. Newer ones
 * begin it with the operator, which the sentence names already.
 */
function firstSentence(message: string, operatorName: string): string {
  const line = (message.split('\n')[0] ?? '').replace(/\.$/, '');
  const prefix = `${operatorName.replace(/^\w+::|\..*$/g, '')}: `;
  return line.startsWith(prefix) ? line.slice(prefix.length) : line;
}

function describeArgument(argument: unknown): string | undefined {
  if (argument instanceof NativeObject) return describeHandle(argument.handle);
  if (!Array.isArray(argument)) return undefined;
  const shown = argument.map((element) => describeArgument(element) ?? String(element));
  return `[${shown.slice(0, 6).join(', ')}${shown.length > 6 ? ', …' : ''}]`;
}

function describeHandle(handle: Handle): string | undefined {
  try {
    const device = native.device(handle);
    const where = device === 'cpu' ? '' : ` on ${device}`;
    return `${native.dtype(handle)} (${native.shape(handle).join(', ')})${where}`;
  } catch {
    // A generator, or a tensor already freed, which the message says itself.
    return undefined;
  }
}
