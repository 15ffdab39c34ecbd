import { scope, type Tensor } from '@ocelli/torch';
import type { PictureDataset } from '../data/pictureDataset.ts';
import { evaluationBatches } from '../train/batches/pictureBatches.ts';
import type { AnsweringModel } from '../train/predict/predictor.ts';
import { disposeBatch } from '../train/batches/trainingData.ts';
import { explain, type ExplainOptions } from './explain.ts';

/** A picture of a data set, and the answer to it that is explained. */
export interface AnsweredPicture {
  /** Which picture of the data set. */
  readonly index: number;
  /** The answer, a position in the classes of the head. */
  readonly predicted: number;
}

/** A picture as it is stored, and where the model looked in it. */
export interface MappedPicture {
  /** RGB bytes, row by row, `(height, width, 3)`. */
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** One value of 0 to 1 a pixel, row by row. */
  readonly map: Float32Array;
}

/** Which answers are explained, and how. */
export interface CaseMapOptions extends ExplainOptions {
  /** Name of the head that answered; needed where a model has several. */
  readonly head?: string;
  readonly cases: readonly AnsweredPicture[];
}

/** Pictures explained at once: what their gradients need of the layers is kept meanwhile. */
const batchSize = 8;

/**
 * Where a model looked when it answered about some pictures of a data set.
 *
 * @returns one for each of `cases`, in their order.
 * @throws {OptionError} as {@link explain} does.
 */
export function caseMaps(
  { model, pictures, experiment }: Pick<AnsweringModel, 'model' | 'pictures' | 'experiment'>,
  dataset: PictureDataset,
  { cases, head, ...how }: CaseMapOptions,
): MappedPicture[] {
  const some = dataset.subset(Int32Array.from(cases, ({ index }) => index));
  const { device, attributes } = experiment;
  const loss = attributes?.[head ?? '']?.loss;
  const mapped: MappedPicture[] = [];
  for (const batch of evaluationBatches(some, pictures, { batchSize, device }).batches()) {
    const { images, indices } = batch;
    const own = cases.slice(mapped.length, mapped.length + indices.length);
    const target = {
      class: own.map(({ predicted }) => predicted),
      ...(head !== undefined && { head }),
      loss,
    };
    mapped.push(
      ...scope(() => {
        const [explanation] = explain(model, images, { ...how, targets: [target] });
        if (explanation === undefined) throw new Error('internal: a target without an explanation');
        return inRows(some.at(Int32Array.from(indices)).images, explanation.maps);
      }),
    );
    disposeBatch(batch);
  }
  return mapped;
}

/** @param images uint8 `(N, 3, H, W)`. @param maps `(N, H, W)`. */
function inRows(images: Tensor, maps: Tensor): MappedPicture[] {
  const [, , height = 0, width = 0] = images.shape;
  const rows = images.permute([0, 2, 3, 1]).unbind(0);
  return rows.map((row, index) => ({
    pixels: row.toTypedArray() as Uint8Array, // as the pictures are stored
    height,
    width,
    map: Float32Array.from(maps.select(0, index).toTypedArray(), Number),
  }));
}
