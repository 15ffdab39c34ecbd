import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../train/runFolder/durableFile.ts';
import type { RunFolder } from '../../train/runFolder/runFolder.ts';
import { confusionChart } from '../charts/confusionChart.ts';
import { headCurves, runCurves } from '../charts/curves.ts';
import { lineChart } from '../charts/lineChart.ts';
import type { RunView } from '../runView.ts';
import { panels, unbroken } from './panels.ts';
import { pngOf } from './raster.ts';

/** Draws the curves of a run, and its confusion matrices where it was evaluated, as PNG files. */
export async function drawRunPictures(folder: RunFolder, run: RunView): Promise<void> {
  mkdirSync(folder.pictures, { recursive: true });
  const curves = [
    runCurves(run),
    ...run.heads.map(({ name }, index) => headCurves(run, name, `h${index}`)),
  ].map((group) => group.map(lineChart));
  const columns = curves.flat().length > 3 ? 4 : 3;
  const drawn = panels(unbroken(curves, columns), columns);
  writeDurably(join(folder.pictures, 'curves.png'), await pngOf(drawn));
  for (const [index, { name, classes }] of run.heads.entries()) {
    const confusion = run.evaluation?.heads[name]?.confusion;
    if (confusion === undefined) continue;
    const title = run.heads.length === 1 ? 'Confusion' : `Confusion of ${name}`;
    const chart = confusionChart({ id: `confusion${index}`, title, confusion, classes });
    const file = run.heads.length === 1 ? 'confusion' : `confusion-${index + 1}-${fileName(name)}`;
    writeDurably(join(folder.pictures, `${file}.png`), await pngOf(panels([chart], 1)));
  }
}

/** An attribute may be called anything; a file may not. */
function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}]+/gu, '-');
}
