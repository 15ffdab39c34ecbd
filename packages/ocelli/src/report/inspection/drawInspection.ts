import type { PictureSupply } from '../../data/look/pictureSupply.ts';
import { chooseRows } from './chosenRows.ts';
import type { InspectedPage } from './inspectedPage.ts';
import { inspectionPage } from './inspectionPage.ts';
import { rowsToShow } from './looksSection.ts';
import { shownPictures } from './pictureList.ts';
import { rowPictures } from './rowPictures.ts';
import { headRows } from './tableSections.ts';

/** Draws the page about a data set, with the pictures it needs read again. */
export async function drawInspection(
  supply: PictureSupply,
  parts: Omit<InspectedPage, 'chosen' | 'pictures'>,
): Promise<string> {
  const { table, looks, queries, contradictions } = parts;
  const unusable = new Set([...looks.missing, ...looks.unreadable.map(({ row }) => row)]);
  const chosen = chooseRows(table, (row) => !unusable.has(row));
  const pictures = await rowPictures(supply, [
    ...Array(Math.min(headRows, table.length)).keys(),
    ...chosen.sample,
    ...chosen.ofClasses.flat(2),
    ...[...queries, ...contradictions].flatMap(({ rows }) => rows.slice(0, shownPictures)),
    ...rowsToShow(parts, shownPictures),
  ]);
  return inspectionPage({ ...parts, chosen, pictures });
}
