import { DataError } from '@ocelli/torch';

/** Attributes and the classes of each, both in order. It is also JSON: `labels.json` of a run. */
export type AttributeSchema = Readonly<Record<string, readonly string[]>>;

/** The name of an attribute of a schema. */
export type AttributeName<Schema extends AttributeSchema> = keyof Schema & string;

/** The name of a class of one attribute. */
export type ClassOf<
  Schema extends AttributeSchema,
  Name extends AttributeName<Schema>,
> = Schema[Name][number];

/** How many classes each attribute has: the sizes of the heads. */
export type HeadSizes<Schema extends AttributeSchema> = {
  readonly [Name in AttributeName<Schema>]: number;
};

/** What is said about one attribute of one picture. */
export interface AttributeAnswer<Class extends string> {
  /** The most likely class. */
  readonly label: Class;
  /** Its probability, 0 to 1. */
  readonly probability: number;
  /** Of every class; they add up to 1. */
  readonly probabilities: Readonly<Record<Class, number>>;
}

/** What is said about one picture: an answer for every attribute. */
export type AttributePrediction<Schema extends AttributeSchema> = {
  readonly [Name in AttributeName<Schema>]: AttributeAnswer<ClassOf<Schema, Name>>;
};

/** The label of a picture that nobody has labelled. */
export const MISSING = -1;

/**
 * A schema with its literals kept, so that names of attributes and classes are known to the compiler.
 *
 * @throws {DataError} if it has no attribute, an attribute fewer than two classes, a class comes twice
 *   or has no name, or an attribute is named like a number (JavaScript would move it to the front).
 */
export function defineSchema<const Schema extends AttributeSchema>(schema: Schema): Schema {
  checkSchema('schema', schema);
  return schema;
}

/** The attributes of a schema in order. */
export function attributeNames<Schema extends AttributeSchema>(
  schema: Schema,
): readonly AttributeName<Schema>[] {
  return Object.keys(schema) as AttributeName<Schema>[]; // what `Object.keys` forgets
}

/** The classes of one attribute. */
export function classesOf(schema: AttributeSchema, name: string): readonly string[] {
  const classes = Object.hasOwn(schema, name) ? schema[name] : undefined;
  if (classes === undefined) throw new Error(`internal: the schema has no attribute ${name}`);
  return classes;
}

/** How many classes each attribute has. */
export function headSizes<Schema extends AttributeSchema>(schema: Schema): HeadSizes<Schema> {
  const sizes = Object.entries(schema).map(([name, classes]) => [name, classes.length]);
  return Object.fromEntries(sizes) as HeadSizes<Schema>; // same keys
}

/**
 * Refuses what is no schema.
 *
 * @param where the file, or the function the user called, named in the error.
 * @throws {DataError} see {@link defineSchema}.
 */
export function checkSchema(where: string, schema: AttributeSchema): void {
  const names = Object.keys(schema);
  if (names.length === 0)
    throw new DataError(`${where}: expected at least one attribute, got none.`);
  for (const name of names) {
    checkAttributeName(where, name);
    checkClasses(`${where}: expected attribute "${name}"`, classesOf(schema, name));
  }
}

/** Refuses a name that cannot be a key of a plain object in its place. @throws {DataError} */
export function checkAttributeName(where: string, name: string): void {
  const isIndex = /^(0|[1-9]\d*)$/.test(name);
  if (name !== '' && !isIndex && name !== '__proto__') return;
  throw new DataError(
    `${where}: expected attributes to have names that are no whole numbers, ` +
      `got ${JSON.stringify(name)}. Rename it.`,
  );
}

function checkClasses(expected: string, classes: readonly string[]): void {
  const twin = classes.find((label, index) => classes.indexOf(label) !== index);
  if (twin !== undefined) {
    throw new DataError(`${expected} to have classes of different names, got "${twin}" twice.`);
  }
  if (classes.includes('')) {
    throw new DataError(`${expected} to have classes with names, got an empty one.`);
  }
  if (classes.length < 2) {
    const got = classes.length === 0 ? 'none' : `"${classes[0]}" alone`;
    throw new DataError(`${expected} to have at least two classes, got ${got}. Leave it out.`);
  }
}
