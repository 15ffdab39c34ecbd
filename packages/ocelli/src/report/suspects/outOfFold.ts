import type { PictureDataset } from '../../data/pictureDataset.ts';
import { foldsOf } from '../../data/table/foldsOf.ts';
import type { Predictions } from '../../metrics/predictions.ts';
import { assemble } from '../../train/assembly/assemble.ts';
import { countedHeads } from '../../train/loss/countedHeads.ts';
import { viewsOf } from '../../train/evaluation/views.ts';
import type { TrainEventConsumer } from '../../train/record/emitter.ts';
import type { Experiment } from '../../train/experiment/experiment.ts';
import { fit } from '../../train/loop/fit.ts';
import { evaluationBatches, trainingBatches } from '../../train/batches/pictureBatches.ts';
import { schemaOf } from '../../train/batches/transformedBatch.ts';
import type { PictureFacts } from '../../train/runData/runData.ts';
import { predictAll } from '../evaluation/predictAll.ts';
import type { Head } from '../heads.ts';

/** All pictures of a data set, each once. */
export interface FoldedData {
  readonly dataset: PictureDataset;
  readonly facts: PictureFacts;
  /** Columns of numbers, one a picture: those with the same number in one of them share a fold. */
  readonly together: readonly Int32Array[];
}

export interface OutOfFoldOptions {
  readonly folds: number;
  /** Hears of the training of one fold, counted from 0. */
  readonly listenTo?: (fold: number) => readonly TrainEventConsumer[];
}

/**
 * What models say about pictures that they were not trained on: for each fold, the experiment is trained
 * on all others, from its own seed, and asked about that one. Every picture is answered once.
 *
 * @returns one set of predictions a head, pictures in the order of the data set.
 * @throws {OptionError} if there are too few pictures for the folds.
 * @throws {NumericError} if a loss is not finite.
 */
export async function outOfFold(
  experiment: Experiment,
  { dataset, facts, together }: FoldedData,
  { folds, listenTo = () => [] }: OutOfFoldOptions,
): Promise<(Head & Predictions)[]> {
  const { seed } = experiment;
  const rows = { schema: schemaOf(dataset.labelNames), labels: dataset.labels, together };
  const foldOf = foldsOf(rows, { folds, seed });
  const views = viewsOf(experiment, dataset.labelNames);
  const all = Int32Array.from(foldOf, (_, index) => index);
  let joined: (Head & Predictions)[] | undefined;
  for (let fold = 0; fold < folds; fold++) {
    const held = all.filter((index) => foldOf[index] === fold);
    const train = dataset.subset(all.filter((index) => foldOf[index] !== fold));
    const model = await trained(experiment, { train, facts, consumers: listenTo(fold) });
    const batches = evaluationBatches(dataset.subset(held), facts, experiment);
    const answers = await predictAll(model, batches, {
      attributes: experiment.attributes ?? {},
      views,
      onBatch: () => {},
    });
    joined ??= answers.map((head) => empty(head, dataset.length));
    for (const [h, head] of answers.entries()) put(joined[h], head, held);
  }
  return joined ?? [];
}

interface FoldWork {
  readonly train: PictureDataset;
  readonly facts: PictureFacts;
  readonly consumers: readonly TrainEventConsumer[];
}

async function trained(experiment: Experiment, { train, facts, consumers }: FoldWork) {
  const data = trainingBatches(train, facts, experiment);
  const { stepsPerEpoch, batchSize } = data;
  const parts = assemble(experiment, { heads: countedHeads(train), stepsPerEpoch, batchSize });
  const { epochs, device, seed } = experiment;
  await fit({ ...parts, data, epochs, device, seed, consumers });
  parts.model.eval();
  return parts.model;
}

function empty({ name, classes }: Head, count: number): Head & Predictions {
  const probabilities = new Float32Array(count * classes.length);
  return { name, classes, labels: new Int32Array(count).fill(-1), probabilities };
}

function put(all: Predictions | undefined, part: Predictions, rows: Int32Array): void {
  if (all === undefined) throw new Error('internal: folds with different heads');
  const width = part.classes.length;
  for (const [i, row] of rows.entries()) {
    all.labels[row] = part.labels[i] ?? -1;
    const own = part.probabilities.subarray(i * width, (i + 1) * width);
    all.probabilities.set(own, row * width);
  }
}
