import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { writeDurably } from '../train/runFolder/durableFile.ts';
import type { RunFolder } from '../train/runFolder/runFolder.ts';
import { readRun } from './runView.ts';

/**
 * Draws the pictures and the page of a run from the files of its folder: `pictures/*.png` and
 * `report.html`. It reads what is there, so it can be called for a run at work or one that was killed.
 *
 * @throws {DataError} if a file of the run is damaged.
 */
export async function writeReport(folder: RunFolder): Promise<void> {
  // Loaded when needed: nobody who imports the package waits for a library of charts.
  const { drawRunPictures } = await import('./pictures/runPictures.ts');
  const { reportPage } = await import('./html/page.ts');
  const run = readRun(folder);
  await drawRunPictures(folder, run);
  writeDurably(folder.report, reportPage({ run, ...(await sheets(folder)) }));
}

/** Widest picture on the page, in pixels. */
const widest = 1300;

async function sheets(folder: RunFolder) {
  return { batch: await sheet(folder, 'batch-1'), validation: await sheet(folder, 'validation') };
}

async function sheet(folder: RunFolder, name: string): Promise<string | undefined> {
  const file = join(folder.pictures, `${name}.png`);
  if (!existsSync(file)) return undefined;
  const jpeg = await sharp(readFileSync(file))
    .resize({ width: widest, withoutEnlargement: true })
    .jpeg({ quality: 82 })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}
