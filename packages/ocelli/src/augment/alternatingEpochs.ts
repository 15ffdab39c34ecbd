import {
  bincount,
  empty,
  type Generator,
  OptionCheck,
  randint,
  scope,
  type Tensor,
} from '@ocelli/torch';
import { compose } from './compose.ts';
import { horizontalFlip } from './horizontalFlip.ts';
import { pad } from './pad.ts';

/** How the pictures of every epoch differ from one another. */
export interface AlternatingEpochsOptions {
  /** Farthest shift of a picture up, down, left and right, in pixels; a mirror fills the gap. */
  translate: number;
  /** Tosses, once and for all, which pictures begin mirrored. */
  generator: Generator;
}

/**
 * The pictures of whole epochs, shifted by whole pixels and mirrored every other time.
 *
 * Every picture begins mirrored or not by the toss of a coin and is seen the other way round in each
 * following epoch: two epochs show both sides of every picture, which new tosses would not.
 *
 * The fast form of `randomCrop` and `alternatingFlip` where all pictures fit into memory: it keeps a
 * bordered copy of all of them for either side. Pictures with the same shift are copied
 * together, as rectangles, so an epoch costs little more than reading and writing it.
 *
 * @see Jordan 2024, 94% on CIFAR-10 in 3.29 Seconds on a Single GPU, https://arxiv.org/abs/2404.00498
 */
export class AlternatingEpochs {
  /** As they lie in memory: `(N, H + 2·translate, W + 2·translate, C)`. */
  readonly #sides: readonly Tensor[];
  readonly #translate: number;

  /**
   * @param images uint8 or floating `(N, C, H, W)`.
   * @throws {OptionError} if `translate` is not a positive whole number below the pictures' sides.
   */
  constructor(images: Tensor, options: AlternatingEpochsOptions) {
    const check = new OptionCheck('AlternatingEpochs');
    const { translate, generator } = check.read(options, ['translate', 'generator']);
    this.#translate = check.integer('translate', translate, 1);
    this.#sides = bothSides(images, { translate, generator }).map((side) => side.keep());
  }

  /**
   * The pictures of one epoch, in the order in which they were given.
   *
   * @param epoch counted from 0; odd ones are mirrored.
   * @param generator draws a shift for every picture, uniform over all there are.
   * @returns a new tensor `(N, C, H, W)`, `channels_last` in memory.
   */
  at(epoch: number, generator: Generator): Tensor {
    const side = this.#sides[epoch % 2] as Tensor; // there are two
    return scope(() => {
      const shifts = this.#drawShifts(side, generator);
      const byShift = shifts.sort().indices;
      const shifted = this.#shiftTogether(side, byShift, bincount(shifts).toArray() as number[]);
      const places = byShift.sort().indices;
      return shifted.indexSelect(0, places).permute([0, 3, 1, 2]);
    });
  }

  /** Frees the copies of the pictures. */
  dispose(): void {
    for (const side of this.#sides) side.dispose();
  }

  /** One of the `(2·translate + 1)²` shifts for every picture. */
  #drawShifts({ shape, device }: Tensor, generator: Generator): Tensor {
    const high = (2 * this.#translate + 1) ** 2;
    return randint({ high, shape: shape.slice(0, 1), device, generator });
  }

  /** The pictures in the order `byShift`, of which the first `counts[0]` have shift 0, and so on. */
  #shiftTogether(side: Tensor, byShift: Tensor, counts: readonly number[]): Tensor {
    const across = 2 * this.#translate + 1;
    const [count = 0, borderedHeight = 0, borderedWidth = 0, channels = 0] = side.shape;
    const [height, width] = [borderedHeight - across + 1, borderedWidth - across + 1];
    const { dtype, device } = side;
    const shifted = empty([count, height, width, channels], { dtype, device });
    let first = 0;
    for (const [shift, size] of counts.entries()) {
      scope(() => {
        const group = side.indexSelect(0, byShift.narrow(0, first, size));
        const [top, left] = [Math.floor(shift / across), shift % across];
        const windows = group.narrow(1, top, height).narrow(2, left, width);
        shifted.narrow(0, first, size).copy_(windows);
      });
      first += size;
    }
    return shifted;
  }
}

/** Pictures that are bordered at a time, so that what is in between stays small. */
const atOnce = 2000;

/** All pictures with their border, as they begin and mirrored, as they lie in memory. */
function bothSides(images: Tensor, { translate, generator }: AlternatingEpochsOptions): Tensor[] {
  const first = compose([horizontalFlip(), pad({ pixels: translate })]);
  const mirror = horizontalFlip({ probability: 1 });
  const [count = 0, channels = 0, height = 0, width = 0] = images.shape;
  const { dtype, device } = images;
  const shape = [count, height + 2 * translate, width + 2 * translate, channels];
  const sides = [0, 1].map(() => empty(shape, { dtype, device }));
  for (let start = 0; start < count; start += atOnce) {
    scope(() => {
      const size = Math.min(atOnce, count - start);
      const even = first.apply(images.narrow(0, start, size), { generator });
      const odd = mirror.apply(even, { generator });
      for (const [index, bordered] of [even, odd].entries()) {
        sides[index]?.narrow(0, start, size).copy_(bordered.permute([0, 2, 3, 1]));
      }
    });
  }
  return sides;
}
