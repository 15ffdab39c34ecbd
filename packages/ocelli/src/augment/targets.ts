import { aten, ones, optionError, type Tensor, where } from '@ocelli/torch';
import type { AttributeSchema } from '../data/attributeSchema.ts';

/**
 * The second label of images that were mixed from two. The loss of such an image is
 * `share · loss(own label) + (1 − share) · loss(other label)`, attribute by attribute, so that it works
 * for every head and a missing label stays missing on its side alone.
 */
export interface LabelMix {
  /** int64, shaped like the labels: those of the image that was mixed in, −1 where missing. */
  readonly labels: Tensor;
  /** float32 `(N)`: weight of the image's own labels, 0 to 1. */
  readonly share: Tensor;
}

/** The labels of a batch while transforms work on its images. */
export class Targets {
  /** int64 `(N)` or `(N, A)`, −1 where missing; changed in place. */
  readonly labels: Tensor;
  /** What the labels mean; a batch of one label a picture has one attribute. */
  readonly schema: AttributeSchema;
  readonly #other: Tensor;
  readonly #share: Tensor;
  #isMixed = false;

  /** @param labels are copied. */
  constructor(labels: Tensor, schema: AttributeSchema) {
    this.labels = labels.clone();
    this.schema = schema;
    this.#other = labels.clone();
    this.#share = ones([labels.shape[0] ?? 0], { device: labels.device });
  }

  /** Present once images have been mixed. */
  get mix(): LabelMix | undefined {
    return this.#isMixed ? { labels: this.#other, share: this.#share } : undefined;
  }

  /**
   * Notes that each image was mixed with a partner.
   *
   * @param partners int64 `(N)`: which image of the batch was mixed in.
   * @param share float32 `(N)`: what remains of the image itself; 1 where nothing was mixed in.
   * @throws {OptionError} if images were mixed before: a picture of three has no two labels.
   */
  mixWith(partners: Tensor, share: Tensor): void {
    if (this.#isMixed) {
      throw optionError('augmentation', 'transforms', 'at most one of mixup and cutmix', 'two');
    }
    this.#isMixed = true;
    this.#other.copy_(this.labels.indexSelect(0, partners));
    this.#share.copy_(share);
  }

  /**
   * Changes the labels of one attribute for the chosen images, on both sides of a mix.
   *
   * @param column place of the attribute in the schema.
   * @param change int64 `(N)` to int64 `(N)`.
   */
  change(column: number, chosen: Tensor, change: (labels: Tensor) => Tensor): void {
    for (const labels of [this.labels, this.#other]) {
      const own = labels.dim === 1 ? labels : labels.select(1, column);
      own.copy_(where(chosen, change(own), own));
    }
  }

  /** The targets of some images of the batch; give them back with `put`. */
  subset(rows: Tensor): Targets {
    return new Targets(this.labels.indexSelect(0, rows), this.schema);
  }

  /** Takes over what happened to the images of `rows`. */
  put(rows: Tensor, part: Targets): void {
    aten.index_copy_(this.labels, 0, rows, part.labels);
    aten.index_copy_(this.#other, 0, rows, part.mix?.labels ?? part.labels);
    if (part.mix === undefined) return;
    aten.index_copy_(this.#share, 0, rows, part.mix.share);
    this.#isMixed = true;
  }
}
