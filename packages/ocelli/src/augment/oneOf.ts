import { OptionCheck, type Tensor } from '@ocelli/torch';
import { applyToRows, changeableCopy, drawGroups, shown } from './applyToRows.ts';
import { checkProbability } from './probability.ts';
import { imageShape } from './pixelRows.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/** What is chosen from. */
export interface OneOfOptions {
  /** Each is as likely as the others. */
  transforms: readonly Transform[];
  /** Chance of each image to get one at all, above 0 and at most 1. @default 1 */
  probability?: number;
}

/**
 * Applies to every image one transform of several, drawn for it alone.
 *
 * @throws {OptionError} if there are fewer than two transforms.
 * @throws {ShapeError} (when applied) if a transform changes the size or type of images.
 */
export function oneOf(options: OneOfOptions): Transform {
  const check = new OptionCheck('oneOf');
  const { transforms, probability = 1 } = check.read(options, ['transforms', 'probability']);
  if (transforms.length < 2) throw check.error('transforms', 'at least two', transforms);
  checkProbability(check, probability);
  const apply = (images: Tensor, context: TransformContext) =>
    applyOneOf({ name: 'oneOf', choices: transforms, probability }, images, context);
  const settings = { transforms: transforms.map(shown), probability };
  return { name: 'oneOf', settings, apply, parts: transforms };
}

/** What each image draws from; `undefined` leaves it as it is. */
export interface Choices {
  /** The transform that draws, for messages. */
  readonly name: string;
  readonly choices: readonly (Transform | undefined)[];
  /** Chance of each image to draw at all. @default 1 */
  readonly probability?: number;
}

/** New images, each changed by the one choice that it drew. */
export function applyOneOf(
  { name, choices, probability = 1 }: Choices,
  images: Tensor,
  context: TransformContext,
): Tensor {
  const made = changeableCopy(images);
  const { count } = imageShape(name, images);
  for (const [index, rows] of drawGroups(count, choices.length / probability, context)) {
    const choice = choices[index];
    if (choice) applyToRows({ images: made, rows }, choice, context);
  }
  return made;
}
