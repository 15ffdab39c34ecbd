import { scope, type Tensor } from '@ocelli/torch';
import type { AttributeSchema } from '../data/attributeSchema.ts';
import { type LabelMix, Targets } from './targets.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/** Images and the labels that go with them. */
export interface LabelledImages {
  /** uint8 or floating `(N, C, H, W)`. */
  readonly images: Tensor;
  /** int64 `(N)` or `(N, A)`, −1 where missing. */
  readonly labels: Tensor;
  /** Present if images were mixed from two. */
  readonly mix?: LabelMix;
}

/**
 * Transforms a batch, its labels included where a transform declares an effect on them.
 *
 * @param context the schema says what the labels mean; the rest is what transforms draw from.
 * @returns new tensors; the given ones stay as they are.
 */
export function augmentBatch(
  { images, labels }: LabelledImages,
  transform: Transform,
  context: Omit<TransformContext, 'targets'> & { readonly schema: AttributeSchema },
): LabelledImages {
  const { schema, ...rest } = context;
  return scope(() => {
    const targets = new Targets(labels, schema);
    const made = transform.apply(images, { ...rest, targets });
    return { images: made, labels: targets.labels, ...(targets.mix && { mix: targets.mix }) };
  });
}
