import type { PictureSupply } from '../../data/look/pictureSupply.ts';
import { permutation } from '../../data/randomOrder.ts';
import type { AttributeTable } from '../../data/table/attributeTable.ts';
import { panels } from '../pictures/panels.ts';
import { pictureGrid } from '../pictures/pictureGrid.ts';
import { pngOf } from '../pictures/raster.ts';
import type { NamedRows } from './inspectedPage.ts';
import { rowPictures } from './rowPictures.ts';

/** Pictures of one list that are drawn. */
const mostPictures = 40;

/** What is drawn. */
export interface TableGridParts {
  readonly table: AttributeTable;
  /** Without any, a sample is drawn. */
  readonly lists: readonly NamedRows[];
}

/** Pictures of a table with all their labels below them, as a PNG: one block a list. */
export async function tableGrid(supply: PictureSupply, parts: TableGridParts): Promise<Buffer> {
  const { table } = parts;
  const lists = parts.lists.length > 0 ? parts.lists : [all(table)];
  const missing = new Set(supply.missing);
  const shown = lists.map(({ title, rows }) => {
    const there = rows.filter((row) => !missing.has(row));
    return { title, rows: there.slice(0, mostPictures), count: rows.length };
  });
  const uris = await rowPictures(
    supply,
    shown.flatMap(({ rows }) => rows),
  );
  const grids = shown.map(({ title, rows, count }) => {
    const pictures = rows.flatMap((row) => {
      const uri = uris.get(row);
      const caption = table.names.map((name) => table.labelOf(row, name) ?? '–');
      return uri === undefined ? [] : [{ uri, caption }];
    });
    return pictureGrid(pictures, { title: `${title}: ${pictures.length} of ${count}` });
  });
  return pngOf(grids.length === 1 && grids[0] ? grids[0] : panels(grids, 1));
}

function all(table: AttributeTable): NamedRows {
  return { title: 'Pictures', rows: [...permutation(0, 0, table.length)] };
}
