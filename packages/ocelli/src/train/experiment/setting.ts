import { z } from 'zod';

/** One setting of an experiment: what it may be, what it is by default, and how to say so. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  /** The rule in words, to follow "expected <name> to be". */
  readonly rule: string;
  /** What it does, for `--help`. */
  readonly help: string;
  /** The value it has unless the user says otherwise, where that depends on nothing else. */
  readonly fallback?: z.infer<Schema>;
  /** The default in words, where it depends on other settings or on the data. */
  readonly fallbackText?: string;
}

type Kind<Schema extends z.ZodType> = Pick<Setting<Schema>, 'schema' | 'rule'>;

/** A setting of one of the kinds below. */
export function define<Schema extends z.ZodType>(
  kind: Kind<Schema>,
  rest: Omit<Setting<Schema>, 'schema' | 'rule'>,
): Setting<Schema> {
  return { ...kind, ...rest };
}

/** One of a closed set of words. */
export function choice<const Values extends readonly [string, ...string[]]>(values: Values) {
  return { schema: z.enum(values), rule: `one of ${values.join(', ')}` };
}

export function positiveInteger(most = 1e9) {
  return { schema: z.int().min(1).max(most), rule: 'a positive integer' };
}

export const share = { schema: z.number().min(0).lt(1), rule: 'a number from 0 to below 1' };
export const betweenZeroAndOne = {
  schema: z.number().gt(0).lt(1),
  rule: 'a number between 0 and 1',
};
export const flag = { schema: z.boolean(), rule: 'true or false' };
export const notNegative = { schema: z.number().min(0), rule: 'a number of at least 0' };
export const text = { schema: z.string().min(1), rule: 'a text that is not empty' };
export const texts = {
  schema: z.array(z.string().min(1)).min(1),
  rule: 'a list of texts that are not empty',
};
