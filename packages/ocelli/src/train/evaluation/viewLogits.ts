import {
  aten,
  cat,
  type Module,
  noGrad,
  OptionCheck,
  pad,
  scope,
  type Tensor,
} from '@ocelli/torch';

/** Which views of a picture are averaged. */
export interface ViewLogitsOptions {
  /** Share of the pictures, the least certain ones, that are looked at from all sides. @default 1 */
  share?: number;
  /** Pictures of one pass. @default 1000 */
  batchSize?: number;
}

/**
 * Logits as a mean over six views of a picture: itself, moved up and left by a pixel, moved down and
 * right, and the mirrors of the three. The picture and its mirror count for a quarter each, the other
 * four for an eighth. What a move uncovers is filled by reflection.
 *
 * With a `share` below 1 a first look decides: pictures of whose class the model is certain keep the
 * logits of that look, so 10,000 pictures cost 22,500 passes at a quarter instead of 60,000.
 *
 * The model must be in evaluation; no gradients are recorded.
 *
 * @param images float32 `(N, C, H, W)`, normalized.
 * @returns `(N, K)`.
 * @throws {OptionError} if `share` is not between 0 and 1.
 */
export function viewLogits(model: Module, images: Tensor, options: ViewLogitsOptions = {}): Tensor {
  const check = new OptionCheck('viewLogits');
  const { share = 1, batchSize = 1000 } = check.read(options, ['share', 'batchSize']);
  check.number('share', share, [0, 1]);
  check.integer('batchSize', batchSize, 1);
  return noGrad(() =>
    scope(() => {
      const plain = inBatches(images, batchSize, (batch) => model.forward(asLaid(batch)));
      const count = Math.round(share * (images.shape[0] ?? 0));
      if (count === 0) return plain;
      const unsure = leastCertain(plain, count);
      const chosen = images.indexSelect(0, unsure);
      const others = inBatches(chosen, batchSize, (batch) => otherViews(model, batch));
      const mean = plain.indexSelect(0, unsure).mul(0.25).add(others);
      return aten.index_copy(plain, 0, unsure, mean);
    }),
  );
}

/** Positions of the `count` pictures with the lowest probability of their likeliest class. */
function leastCertain(logits: Tensor, count: number): Tensor {
  const certainty = logits.softmax(1).amax([1]);
  return certainty.sort().indices.narrow(0, 0, count);
}

/** What the five views beside the picture itself add to its mean. */
function otherViews(model: Module, images: Tensor): Tensor {
  const [, , height = 0, width = 0] = images.shape;
  const bordered = pad(images, [1, 1, 1, 1], { mode: 'reflect' });
  const moved = [0, 2].map((start) => bordered.narrow(2, start, height).narrow(3, start, width));
  const logits = (view: Tensor): Tensor => model.forward(asLaid(view));
  const both = moved.map((view) =>
    logits(view)
      .add(logits(view.flip([3])))
      .mul(0.125),
  );
  return both.reduce((sum, part) => sum.add(part), logits(images.flip([3])).mul(0.25));
}

/** The layout in which convolutions are fast. */
function asLaid(images: Tensor): Tensor {
  return images.contiguous({ memoryFormat: 'channelsLast' });
}

function inBatches(images: Tensor, size: number, compute: (batch: Tensor) => Tensor): Tensor {
  return cat(images.split(size).map((batch) => scope(() => compute(batch))));
}
