import { NativeObject } from './handle.ts';
import { type ArgumentSchema, native, type OperatorSchema } from './native.ts';

/** Keyword-only arguments, by the schema's names, as the last argument of a call. */
export type KeywordArguments = Record<string, unknown>;

/**
 * The overloads of an operator in the order in which they are tried: fewer arguments first, then by
 * name, so that the choice never depends on the order of libtorch's hash table.
 *
 * @param name namespace and name, for example `aten::add`.
 */
export function overloadsOf(name: string): OperatorSchema[] {
  const found = (overloadNames().get(name) ?? []).map((overload) => ({
    overload,
    schema: native.findOperator(name, overload),
  }));
  const known = found.filter((entry) => entry.schema !== undefined) as Overload[];
  known.sort(
    (a, b) =>
      a.schema.arguments.length - b.schema.arguments.length || compare(a.overload, b.overload),
  );
  return known.map((entry) => entry.schema);
}

/** Namespace and name of every operator of libtorch, sorted. */
export function operatorNames(): string[] {
  return [...overloadNames().keys()].sort(compare);
}

/**
 * The arguments of a call in the order of `operator`'s schema, or undefined when they do not fit it.
 */
export function fit(operator: OperatorSchema, args: readonly unknown[]): unknown[] | undefined {
  const { positional, keywords } = separateKeywords(operator, args);
  const schema = operator.arguments;
  const allowed = schema.filter((argument) => !argument.keywordOnly).length;
  if (positional.length > allowed) return undefined;
  const values = schema.map((argument, index) =>
    argument.keywordOnly || index >= positional.length
      ? keywords[argument.name]
      : positional[index],
  );
  return schema.every((argument, index) => accepts(argument, values[index])) ? values : undefined;
}

interface Overload {
  overload: string;
  schema: OperatorSchema;
}

let index: Map<string, string[]> | undefined;

function overloadNames(): Map<string, string[]> {
  if (index !== undefined) return index;
  index = new Map();
  for (const full of native.operatorNames()) {
    const dot = full.indexOf('.', full.indexOf('::'));
    const [name, overload] = dot < 0 ? [full, ''] : [full.slice(0, dot), full.slice(dot + 1)];
    const overloads = index.get(name);
    if (overloads === undefined) index.set(name, [overload]);
    else overloads.push(overload);
  }
  return index;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** A last plain object whose every key names an argument is not a value but carries keywords. */
function separateKeywords(
  operator: OperatorSchema,
  args: readonly unknown[],
): { positional: readonly unknown[]; keywords: KeywordArguments } {
  const last = args.at(-1);
  if (!isPlainObject(last)) return { positional: args, keywords: {} };
  const names = new Set(operator.arguments.map((argument) => argument.name));
  const isKeywords = Object.keys(last).every((key) => names.has(key));
  return isKeywords
    ? { positional: args.slice(0, -1), keywords: last }
    : { positional: args, keywords: {} };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

function accepts(argument: ArgumentSchema, value: unknown): boolean {
  if (value === undefined) return argument.hasDefault || argument.type.startsWith('Optional[');
  return acceptsType(argument.type, value, argument.repeat !== undefined);
}

function acceptsType(type: string, value: unknown, repeats: boolean): boolean {
  const optional = inner(type, 'Optional[');
  if (optional !== undefined) return value === null || acceptsType(optional, value, repeats);
  const element = inner(type, 'List[');
  if (element === undefined) return acceptsPlain(type, value);
  if (repeats && (typeof value === 'number' || typeof value === 'bigint')) {
    return acceptsPlain(element, value);
  }
  return Array.isArray(value) && value.every((part) => acceptsType(element, part, false));
}

function inner(type: string, wrapper: string): string | undefined {
  return type.startsWith(wrapper) ? type.slice(wrapper.length, -1) : undefined;
}

/** A check that tells overloads apart; the bridge checks values in full. */
function acceptsPlain(type: string, value: unknown): boolean {
  switch (type) {
    case 'int':
      return typeof value === 'bigint' || Number.isSafeInteger(value);
    case 'float':
      return typeof value === 'number';
    case 'number':
      return ['number', 'bigint', 'boolean'].includes(typeof value) || isComplex(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'str':
    case 'ScalarType':
    case 'Device':
    case 'Layout':
    case 'MemoryFormat':
    case 'QScheme':
      return typeof value === 'string';
    case 'complex':
      return typeof value === 'number' || isComplex(value);
    case 'Stream':
      return isPlainObject(value) && 'device' in value && 'id' in value;
    case 'Tensor':
    case 'Storage':
    case 'Generator':
      return value instanceof NativeObject;
    default:
      return typeof value === 'object' && value !== null;
  }
}

function isComplex(value: unknown): boolean {
  return isPlainObject(value) && 're' in value && 'im' in value;
}
