import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { optionError } from '@ocelli/torch';
import { type Drawing, svgFile } from './charts/chart.ts';
import { pngOf } from './pictures/raster.ts';

/** How the names of drawings end. */
export const drawingKinds = ['.png', '.svg'] as const;

/**
 * Writes a drawing as the kind of file that its name says.
 *
 * @throws {OptionError} if the name ends neither in .png nor in .svg.
 */
export async function writeDrawing(where: string, path: string, drawing: Drawing): Promise<void> {
  const kind = extname(path).toLowerCase();
  if (kind === '.svg') return writeFile(path, svgFile(drawing));
  if (kind === '.png') return writeFile(path, await pngOf(drawing));
  throw optionError(where, 'the file', 'named *.png or *.svg', path);
}
