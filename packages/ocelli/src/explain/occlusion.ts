import { cat, noGrad, OptionCheck, scope, stack, type Tensor, zerosLike } from '@ocelli/torch';
import { inEvaluation } from '../models/inEvaluation.ts';
import { type Subject, withFixedClasses } from './subject.ts';
import { probabilitiesOf } from './target.ts';

/** Which squares are covered. */
export interface OcclusionOptions {
  /** Side of the square that is covered, in pixels. @default an eighth of the shorter side */
  size?: number;
  /** Distance of two squares, in pixels. @default half the size */
  stride?: number;
  /** Covered pictures a forward pass. @default 32 */
  batchSize?: number;
}

/**
 * Occlusion: how much the class's probability falls when a square is covered with the mean colour. A pixel
 * gets the mean over the squares that cover it.
 *
 * @returns `(N, H, W)`; negative where covering helps.
 * @throws {OptionError} if an option is no positive integer or larger than the picture.
 * @see Zeiler & Fergus 2014, https://arxiv.org/abs/1311.2901
 */
export function occlusion(subject: Subject, options: OcclusionOptions = {}): Tensor {
  const check = new OptionCheck('occlusion');
  check.read(options, ['size', 'stride', 'batchSize']);
  const [, , height = 0, width = 0] = subject.images.shape;
  const shorter = Math.min(height, width);
  const size = check.integer('size', options.size ?? Math.max(1, Math.round(shorter / 8)), 1);
  if (size > shorter) throw check.error('size', `at most ${shorter}, the picture's side`, size);
  const stride = check.integer('stride', options.stride ?? Math.max(1, Math.round(size / 2)), 1);
  const batchSize = check.integer('batchSize', options.batchSize ?? 32, 1);
  const squares = corners(height, size, stride).flatMap((y) =>
    corners(width, size, stride).map((x) => ({ y, x })),
  );
  const { model, images, target } = subject;
  const { classes } = withFixedClasses(subject);
  const maps = classes.map((classIndex, row) =>
    scope(() => {
      const image = images.narrow(0, row, 1);
      const probability = (batch: Tensor): Tensor =>
        noGrad(() =>
          probabilitiesOf(
            inEvaluation(model, () => model.forward(batch)),
            target,
          ),
        ).select(1, classIndex);
      const whole = probability(image).item();
      const [total, count] = [zerosLike(image.select(1, 0)), zerosLike(image.select(1, 0))];
      for (let start = 0; start < squares.length; start += batchSize) {
        const some = squares.slice(start, start + batchSize);
        const covered = cat(some.map(({ y, x }) => cover(image, { y, x, size })));
        const drops = probability(covered).neg().add(whole).toTypedArray();
        for (const [index, { y, x }] of some.entries()) {
          for (const [sum, by] of [
            [total, Number(drops[index])],
            [count, 1],
          ] as const) {
            sum.narrow(1, y, size).narrow(2, x, size).add_(by);
          }
        }
      }
      return total.div(count.clamp({ min: 1 })).squeeze(0);
    }),
  );
  return stack(maps);
}

/** Begins of squares that lie inside, the last one at the edge. */
function corners(extent: number, size: number, stride: number): number[] {
  const begins = [];
  for (let begin = 0; begin + size < extent; begin += stride) begins.push(begin);
  return [...begins, extent - size];
}

function cover(image: Tensor, square: { y: number; x: number; size: number }): Tensor {
  const covered = image.clone();
  const { y, x, size } = square;
  covered.narrow(2, y, size).narrow(3, x, size).mul_(0);
  return covered;
}
