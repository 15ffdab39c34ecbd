import type { Tensor } from '@ocelli/torch';

/** How many classes each attribute has, in the order of the schema. */
export type ClassCounts = Readonly<Record<string, number>>;

/** Logits of each attribute, `(N, classes of it)`. */
export type HeadLogits<Heads extends ClassCounts> = { readonly [Name in keyof Heads]: Tensor };
