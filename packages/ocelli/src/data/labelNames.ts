import { type AttributeSchema, classesOf } from './attributeSchema.ts';

/**
 * What a picture is labelled with: one of some classes, or one class of each attribute. It is also
 * JSON: `labels.json` of a run.
 */
export type LabelNames<Schema extends AttributeSchema = AttributeSchema> =
  { readonly classes: readonly string[] } | { readonly attributes: Schema };

/** One question that is answered about every picture. */
export interface LabelledHead {
  /** Absent where a picture has one label alone. */
  readonly attribute?: string;
  readonly classes: readonly string[];
}

/** The questions and their classes in words. */
export function describeHeads(heads: readonly LabelledHead[]): string {
  return heads
    .map(({ attribute, classes }) => (attribute ? `${attribute}: ` : '') + classes.join(', '))
    .join('; ');
}

/** The questions in the order of the columns of labels. */
export function headsOf(names: LabelNames): readonly LabelledHead[] {
  if ('classes' in names) return [{ classes: names.classes }];
  const { attributes } = names;
  return Object.keys(attributes).map((attribute) => ({
    attribute,
    classes: classesOf(attributes, attribute),
  }));
}
