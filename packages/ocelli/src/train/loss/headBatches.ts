import { type Module, ShapeError, Tensor } from '@ocelli/torch';
import type { LabelMix } from '../../augment/targets.ts';

/** What a model says of pictures: logits `(N, K)`, or such logits for each attribute in order. */
export type Outputs = Tensor | Readonly<Record<string, Tensor>>;

/** A model that says something of pictures `(N, C, H, W)`. */
export type PictureModel = Module<Tensor, Outputs>;

/** What one head says of a batch, and what it should say. */
export interface HeadBatch {
  /** Absent where a picture has one label alone. */
  readonly attribute?: string;
  /** `(N, K)`. */
  readonly logits: Tensor;
  /** int64 `(N)`; −1 where the label is missing. */
  readonly labels: Tensor;
  /** Where pictures were mixed from two: the other one's labels, and how much the own one counts. */
  readonly mix?: LabelMix;
}

/**
 * Puts every head's logits beside its labels.
 *
 * @param labels int64 `(N)` for one tensor of logits, `(N, A)` for A attributes.
 * @throws {ShapeError} if there is not one column of labels an attribute.
 */
export function headBatches(
  outputs: Outputs,
  labels: Tensor,
  mix?: LabelMix,
): readonly HeadBatch[] {
  if (outputs instanceof Tensor) return [{ logits: outputs, labels, ...(mix && { mix }) }];
  const heads = Object.entries(outputs);
  if (labels.dim !== 2 || labels.shape[1] !== heads.length) {
    const names = heads.map(([name]) => name).join(', ');
    throw new ShapeError(
      `labels: expected one column for each of the attributes ${names}, ` +
        `got the shape (${labels.shape.join(', ')}).`,
    );
  }
  return heads.map(([attribute, logits], column) => ({
    attribute,
    logits,
    labels: labels.select(1, column),
    ...(mix && { mix: { labels: mix.labels.select(1, column), share: mix.share } }),
  }));
}
