import { DataError, fromTypedArray, optionError, type Tensor } from '@ocelli/torch';
import { attributeNames, checkSchema, classesOf, MISSING } from './attributeSchema.ts';
import type { AttributeName, AttributeSchema } from './attributeSchema.ts';
import { attributeCounts } from './attributeCounts.ts';
import { PictureDataset, type PictureParts } from './pictureDataset.ts';

/** What a data set of many attributes is made of. */
export interface AttributeDatasetParts<Schema extends AttributeSchema> extends PictureParts {
  readonly schema: Schema;
  /** `(M, A)` row by row, attributes in the order of the schema: positions of classes, −1 missing. */
  readonly labels: Int32Array;
}

/** Pictures of one size, each with a label, or none, for every attribute. Random access, no state. */
export class AttributeDataset<
  const Schema extends AttributeSchema = AttributeSchema,
> extends PictureDataset {
  readonly schema: Schema;
  /** `(N, A)` row by row: the labels of every picture, −1 where one is missing. */
  override readonly labels: Int32Array;
  readonly #parts: AttributeDatasetParts<Schema>;
  readonly #names: readonly AttributeName<Schema>[];

  /** @throws {DataError} if the schema is none or a label is no position in its classes. */
  constructor(parts: AttributeDatasetParts<Schema>) {
    super(parts);
    checkSchema('AttributeDataset', parts.schema);
    this.#parts = parts;
    this.schema = parts.schema;
    this.#names = attributeNames(parts.schema);
    this.labels = this.#gatherLabels();
  }

  /** Number of attributes, A. */
  get attributeCount(): number {
    return this.#names.length;
  }

  override get labelNames(): { readonly attributes: Schema } {
    return { attributes: this.schema };
  }

  override subset(indices: Int32Array): AttributeDataset<Schema> {
    const rows = indices.map((index) => this.rowOf(index));
    return new AttributeDataset({ ...this.#parts, rows });
  }

  /** The label of every picture for one attribute, −1 where it is missing. */
  labelsOf(attribute: AttributeName<Schema>): Int32Array {
    const column = this.#names.indexOf(attribute);
    if (column < 0) {
      const known = `one of ${this.#names.join(', ')}`;
      throw optionError('labelsOf', 'attribute', known, attribute);
    }
    const width = this.attributeCount;
    return Int32Array.from({ length: this.length }, (_, i) => this.labels[i * width + column] ?? 0);
  }

  /** Number of pictures of every class, by label, for each attribute. Missing labels count nowhere. */
  classCounts(): Readonly<Record<AttributeName<Schema>, readonly number[]>> {
    const counts = attributeCounts(this.schema, this.labels).map((one) => [one.name, one.counts]);
    return Object.fromEntries(counts) as Record<AttributeName<Schema>, number[]>; // one per name
  }

  protected override labelsAt(indices: Int32Array): Tensor {
    const width = this.attributeCount;
    const labels = new BigInt64Array(indices.length * width);
    for (const [i, index] of indices.entries()) {
      for (let a = 0; a < width; a++) {
        labels[i * width + a] = BigInt(this.labels[index * width + a] ?? MISSING);
      }
    }
    return fromTypedArray(labels, [indices.length, width]);
  }

  #gatherLabels(): Int32Array {
    const sizes = this.#names.map((name) => classesOf(this.schema, name).length);
    const labels = new Int32Array(this.rows.length * sizes.length);
    for (const [index, row] of this.rows.entries()) {
      for (const [a, size] of sizes.entries()) {
        const label = this.#parts.labels[row * sizes.length + a] ?? NaN;
        if (!(label >= MISSING && label < size)) throw this.#badLabel(row, { a, size, label });
        labels[index * sizes.length + a] = label;
      }
    }
    return labels;
  }

  #badLabel(
    row: number,
    { a, size, label }: { a: number; size: number; label: number },
  ): DataError {
    return new DataError(
      `${this.#parts.nameOf(row)}: expected a label from -1 to ${size - 1} for ${this.#names[a]}, ` +
        `got ${label}.`,
    );
  }
}
