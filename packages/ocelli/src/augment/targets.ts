import { aten, ones, optionError, type Tensor, where, zeros } from '@ocelli/torch';
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
  /** bool `(N)`: the images that went through a mix, whether or not it chose them. */
  readonly #mixed: Tensor;
  /** False as long as nothing was mixed: to look at `#mixed` waits for the device. */
  #isMixed = false;

  /** @param labels are copied. */
  constructor(labels: Tensor, schema: AttributeSchema) {
    const { shape, device } = labels;
    const count = shape[0] ?? 0;
    this.labels = labels.clone();
    this.schema = schema;
    this.#other = labels.clone();
    this.#share = ones([count], { device });
    this.#mixed = zeros([count], { dtype: 'bool', device });
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
   * @throws {OptionError} if one of them was mixed before: a picture of three has no two labels.
   */
  mixWith(partners: Tensor, share: Tensor): void {
    // Of a batch whose other images were mixed, as with oneOf, these may be.
    if (this.#isMixed && this.#mixed.any().item() !== 0) {
      throw optionError('augmentation', 'transforms', 'at most one of mixup and cutmix', 'two');
    }
    this.#isMixed = true;
    this.#mixed.fill_(1);
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

  /** The targets of some images of the batch, both sides of a mix; give them back with `put`. */
  subset(rows: Tensor): Targets {
    const part = new Targets(this.labels.indexSelect(0, rows), this.schema);
    if (!this.#isMixed) return part;
    part.#isMixed = true;
    part.#other.copy_(this.#other.indexSelect(0, rows));
    part.#share.copy_(this.#share.indexSelect(0, rows));
    part.#mixed.copy_(this.#mixed.indexSelect(0, rows));
    return part;
  }

  /** Takes over what happened to the images of `rows`. */
  put(rows: Tensor, part: Targets): void {
    aten.index_copy_(this.labels, 0, rows, part.labels);
    aten.index_copy_(this.#other, 0, rows, part.#other);
    if (!part.#isMixed) return;
    this.#isMixed = true;
    aten.index_copy_(this.#share, 0, rows, part.#share);
    aten.index_copy_(this.#mixed, 0, rows, part.#mixed);
  }
}
