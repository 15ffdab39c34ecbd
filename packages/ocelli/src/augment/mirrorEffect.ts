import type { AttributeSchema } from '../data/attributeSchema.ts';
import { horizontalFlip } from './horizontalFlip.ts';
import { merged, undeclared, withParts } from './labelEffect.ts';
import type { LabelEffect, Transform } from './transform.ts';

/** What mirroring a picture left to right does to its labels. */
export interface MirrorEffect {
  /** As the flips among some transforms declare it, all together. */
  readonly declared: LabelEffect;
  /** Attributes of which none declares anything, although their names or classes speak of left or right. */
  readonly undeclared: readonly string[];
}

/** What a mirror does to labels, by what transforms say of themselves. */
export function mirrorEffect(
  transforms: readonly Transform[],
  schema: AttributeSchema,
): MirrorEffect {
  const flips = transforms.flatMap(withParts).filter(({ disturbs }) => disturbs === 'side');
  const declared = flips.map(({ labelEffect }) => labelEffect ?? {}).reduce(merged, {});
  const mirror = { ...horizontalFlip({ probability: 1 }), labelEffect: declared };
  return { declared, undeclared: undeclared(mirror, schema) };
}
