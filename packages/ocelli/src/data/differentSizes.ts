import { DataError } from '@ocelli/torch';
import type { PictureSize } from './decodePicture.ts';

/** A size, and the picture or the split that has it. */
export type NamedSize = PictureSize & { readonly path: string };

/** The refusal of pictures of several sizes, where none was said to which they are brought. */
export function differentSizes(first: NamedSize, other: NamedSize): DataError {
  return new DataError(
    `${other.path}: expected ${first.width}x${first.height} as in ${first.path}, ` +
      `got ${other.width}x${other.height}. ` +
      'Say to which size all are brought, for example --image-size 64 (size: 64 in code).',
  );
}
