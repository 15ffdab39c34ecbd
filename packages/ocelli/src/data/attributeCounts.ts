import { attributeNames, classesOf, MISSING } from './attributeSchema.ts';
import type { AttributeSchema } from './attributeSchema.ts';

/** How often each class of an attribute is there. */
export interface AttributeCounts {
  readonly name: string;
  readonly classes: readonly string[];
  /** By label, in the order of `classes`. */
  readonly counts: readonly number[];
  readonly labelled: number;
  readonly missing: number;
}

/**
 * Counts the classes of every attribute.
 *
 * @param labels `(N, A)` row by row, −1 where a label is missing.
 * @param rows only these rows, each as often as it is named. @default all
 */
export function attributeCounts(
  schema: AttributeSchema,
  labels: Int32Array,
  rows?: Int32Array,
): AttributeCounts[] {
  const names = attributeNames(schema);
  const length = rows?.length ?? labels.length / names.length;
  return names.map((name, a) => {
    const classes = classesOf(schema, name);
    const counts = classes.map(() => 0);
    let missing = 0;
    for (let i = 0; i < length; i++) {
      const label = labels[(rows?.[i] ?? i) * names.length + a] ?? MISSING;
      if (label === MISSING) missing++;
      else counts[label] = (counts[label] ?? 0) + 1;
    }
    return { name, classes, counts, labelled: length - missing, missing };
  });
}
