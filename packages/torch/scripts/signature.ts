import type { ArgumentSchema, OperatorSchema, ReturnSchema } from '../src/native.ts';

/** One line of TypeScript that types a call of `operator` under `name`. */
export function signature(name: string, operator: OperatorSchema): string {
  const positional = operator.arguments.filter((argument) => !argument.keywordOnly);
  const keywords = operator.arguments.filter((argument) => argument.keywordOnly);
  const names = parameterNames(positional);
  const parameters = positional.map((argument, index) => {
    const parameter = names[index] ?? argument.name;
    // An optional parameter may not stand before one that is due.
    const last = [...positional.slice(index), ...keywords].every(mayBeOmitted);
    if (last) return `${parameter}?: ${argumentType(argument)}`;
    return `${parameter}: ${argumentType(argument)}${mayBeOmitted(argument) ? ' | undefined' : ''}`;
  });
  if (keywords.length > 0) parameters.push(keywordParameter(keywords));
  return `${name}(${parameters.join(', ')}): ${resultType(operator.returns)};`;
}

function keywordParameter(keywords: readonly ArgumentSchema[]): string {
  const optional = keywords.every(mayBeOmitted) ? '?' : '';
  const fields = keywords.map(
    (argument) =>
      `${argument.name}${mayBeOmitted(argument) ? '?' : ''}: ${argumentType(argument)}${mayBeOmitted(argument) ? ' | undefined' : ''}`,
  );
  return `keywords${optional}: { ${fields.join('; ')} }`;
}

function mayBeOmitted(argument: ArgumentSchema): boolean {
  return argument.hasDefault || argument.type.startsWith('Optional[');
}

const reservedWords = new Set([
  'arguments',
  'default',
  'delete',
  'else',
  'eval',
  'export',
  'for',
  'function',
  'if',
  'import',
  'in',
  'new',
  'return',
  'this',
  'var',
  'with',
]);

/** One operator of libtorch has two parameters of the same name: the second gets a number. */
function parameterNames(positional: readonly ArgumentSchema[]): string[] {
  const names = positional.map(({ name }) => (reservedWords.has(name) ? `${name}_` : name));
  return names.map((name, index) => (names.indexOf(name) < index ? `${name}${index}` : name));
}

const plainTypes: Readonly<Record<string, string>> = {
  Tensor: 'Tensor',
  int: 'Int',
  float: 'number',
  complex: 'Scalar',
  number: 'Scalar',
  bool: 'boolean',
  str: 'string',
  ScalarType: 'DType',
  Device: 'Device',
  Layout: 'Layout',
  MemoryFormat: 'MemoryFormat',
  QScheme: 'QScheme',
  Generator: 'Generator',
  Stream: 'Stream',
  Storage: 'Tensor',
};

function argumentType(argument: ArgumentSchema): string {
  const type = inputType(argument.type);
  const single = argument.type.includes('List[float]') ? 'number' : 'Int';
  return argument.repeat === undefined || !/List\[(int|float)\]/.test(argument.type)
    ? type
    : `${single} | ${type}`;
}

function inputType(type: string): string {
  const optional = inside(type, 'Optional[');
  if (optional !== undefined) return `${inputType(optional)} | null`;
  const element = inside(type, 'List[');
  if (element !== undefined) return `readonly ${inBrackets(inputType(element))}[]`;
  return plainTypes[type] ?? 'Opaque';
}

/** `readonly` binds weaker than `[]`, and so does `|`. */
function inBrackets(type: string): string {
  return /[ |]/.test(type) ? `(${type})` : type;
}

function resultType(returns: readonly ReturnSchema[]): string {
  const types = returns.map(({ type }) => outputType(type));
  if (types.length === 0) return 'void';
  return types.length === 1 ? (types[0] ?? 'void') : `[${types.join(', ')}]`;
}

function outputType(type: string): string {
  const optional = inside(type, 'Optional[');
  if (optional !== undefined) return `${outputType(optional)} | undefined`;
  const element = inside(type, 'List[');
  if (element !== undefined) return `${inBrackets(outputType(element))}[]`;
  return plainTypes[type] ?? 'Opaque';
}

function inside(type: string, wrapper: string): string | undefined {
  return type.startsWith(wrapper) ? type.slice(wrapper.length, -1) : undefined;
}
