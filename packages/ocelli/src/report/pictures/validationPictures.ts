import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../train/runFolder/durableFile.ts';
import type { Experiment } from '../../train/experiment/experiment.ts';
import { evaluationBatches } from '../../train/batches/pictureBatches.ts';
import type { RunData } from '../../train/runData/runData.ts';
import type { RunFolder } from '../../train/runFolder/runFolder.ts';
import { disposeBatch } from '../../train/batches/trainingData.ts';
import { fileNameOf } from '../fileName.ts';
import { readHeads } from '../heads.ts';
import { grouped } from '../numbers.ts';
import { shapesLine } from '../shapesLine.ts';
import { captioned } from './firstBatches.ts';
import { pictureGrid } from './pictureGrid.ts';
import { pngOf } from './raster.ts';

/** Pictures that are drawn. */
const shown = 10;

/**
 * The first validation pictures as they are stored, with their names and labels, as
 * `pictures/validation.png`. The same split gives the same file, whatever is trained on it: two runs,
 * stages or resumed parts are seen to be measured on the same pictures.
 */
export async function drawValidation(
  folder: RunFolder,
  { batchSize }: Pick<Experiment, 'batchSize'>,
  { validation: { dataset, split }, facts }: Pick<RunData, 'validation' | 'facts'>,
): Promise<void> {
  const heads = readHeads(folder);
  const some = dataset.subset(dataset.order().slice(0, shown));
  const settings = { batchSize: shown, device: 'cpu' };
  mkdirSync(folder.pictures, { recursive: true });
  for (const batch of evaluationBatches(some, facts, settings).batches()) {
    const pictures = await captioned(batch, heads, facts);
    disposeBatch(batch);
    const named = pictures.map(({ uri, caption }, index) => ({
      uri,
      caption: [fileNameOf(some.nameOf(index)), ...caption],
    }));
    const title =
      `The first ${named.length} of ${grouped(dataset.length)} pictures of the ${split} part; ` +
      shapesLine(batchSize, facts);
    writeDurably(
      join(folder.pictures, 'validation.png'),
      await pngOf(pictureGrid(named, { title })),
    );
  }
}
