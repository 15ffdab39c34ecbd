import { type OptionCheck, ones, rand, type Tensor } from '@ocelli/torch';
import type { PlacedShape, TransformContext } from './transformContext.ts';

/** Lowest and highest value of what is drawn. */
export type Range = readonly [low: number, high: number];

/** How many numbers are drawn, and where. */
export type Drawn = Pick<PlacedShape, 'count' | 'device'>;

/** `(N)` float32, uniform between the two ends of a range, one for each image. */
export function drawUniform(
  [low, high]: Range,
  { count, device }: Drawn,
  { generator }: TransformContext,
): Tensor {
  return rand([count], { device, generator })
    .mul_(high - low)
    .add_(low);
}

/** What a transform says of the images it changes. */
export interface Choosing extends Drawn {
  /** The transform that chooses. */
  readonly name: string;
  readonly probability: number;
}

/** `(N)` bool: which images a transform changes, each with its own toss; the choice is reported. */
export function chooseImages(choosing: Choosing, context: TransformContext): Tensor {
  const { name, probability, count, device } = choosing;
  const { generator } = context;
  const chosen =
    probability < 1
      ? rand([count], { device, generator }).lt(probability)
      : ones([count], { dtype: 'bool', device });
  context.onChanged?.(name, chosen);
  return chosen;
}

/** Refuses what is no range with `low` ≤ `high` inside the bounds, and what would change nothing. */
export function checkRange(check: OptionCheck, { option, value, within, idle }: RangeRule): Range {
  const [low = NaN, high = NaN, ...more] = Array.isArray(value) ? (value as number[]) : [];
  const [least, most] = within;
  const isRange = Number.isFinite(low) && Number.isFinite(high) && more.length === 0 && low <= high;
  if (!isRange || low < least || high > most) {
    throw check.error(option, `two rising numbers from ${least} to ${most}`, value);
  }
  if (low === idle && high === idle) {
    throw check.error(option, `other than ${idle} alone, which changes nothing`, value);
  }
  return [low, high];
}

interface RangeRule {
  readonly option: string;
  readonly value: Range;
  readonly within: readonly [least: number, most: number];
  /** The value that leaves an image as it is. */
  readonly idle: number;
}

/**
 * A strength given as one number, as a range around the value that changes nothing: 0.2 is `[-0.2, 0.2]`
 * where 0 is idle and `[0.8, 1.2]` where 1 is.
 */
export function around(strength: number | Range, idle: 0 | 1): Range {
  return typeof strength === 'number' ? [idle - strength, idle + strength] : strength;
}
