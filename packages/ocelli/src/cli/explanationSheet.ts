import type { DecodedPicture } from '../data/decodePicture.ts';
import { overlay, type OverlayOptions } from '../explain/overlay.ts';
import type { Drawing } from '../report/charts/chart.ts';
import {
  explanationPage,
  sheetPage,
  type ShownMap,
  type ShownPicture,
} from '../report/html/explanationPage.ts';
import { percent } from '../report/numbers.ts';
import { type Captioned, pictureGrid } from '../report/pictures/pictureGrid.ts';
import { pngUri } from '../report/pictures/pngUri.ts';
import { pngOf } from '../report/pictures/raster.ts';

/** A picture and what the heads look at in it. */
export interface ExplainedPicture {
  readonly path: string;
  readonly name: string;
  readonly picture: DecodedPicture;
  readonly parts: readonly ExplainedHead[];
  readonly warnings: readonly string[];
}

interface ExplainedHead {
  readonly attribute?: string;
  readonly label: string;
  readonly probability: number;
  /** One value of 0 to 1 a pixel. */
  readonly map: Float32Array;
  /** See `faithfulness`; where it was asked for. */
  readonly score?: number;
}

export interface SheetOptions extends OverlayOptions {
  readonly format: 'png' | 'html';
}

/** Most tiles beside one another; a picture with more heads goes on in the next row. */
const widest = 9;

const title = 'Where the network looks';

/** Every picture and the map of every head over it with label and probability: a row each, or a page. */
export async function explanationSheet(
  pictures: readonly ExplainedPicture[],
  options: SheetOptions,
): Promise<string | Buffer> {
  const shown = await Promise.all(pictures.map((picture) => shownPicture(picture, options)));
  if (options.format === 'html') return explanationPage(title, shown, options.colours);
  const rows = shown.map(tilesOf);
  const columns = Math.min(widest, Math.max(...rows.map((row) => row.length)));
  const tiles = rows.flatMap((row) => filled(row, columns));
  return pngOf(pictureGrid(tiles, { title, columns, side: 168 }));
}

/** Tiles and the places after them that stay empty, so that the next picture begins a row. */
function filled(row: readonly Captioned[], columns: number): (Captioned | undefined)[] {
  const length = Math.ceil(row.length / columns) * columns;
  return Array.from({ length }, (_, index) => row[index]);
}

/** A drawing as the file that was asked for. */
export async function sheetFile(
  drawing: Drawing,
  format: SheetOptions['format'],
  heading: string,
): Promise<string | Buffer> {
  return format === 'png' ? pngOf(drawing) : sheetPage(heading, drawing);
}

async function shownPicture(
  { picture, name, parts, warnings }: ExplainedPicture,
  options: OverlayOptions,
): Promise<ShownPicture> {
  const maps = parts.map(async ({ map, ...about }) => {
    return { ...about, uri: await pngUri(overlay(picture.pixels, map, options), picture) };
  });
  const uri = await pngUri(picture.pixels, picture);
  return { name, uri, maps: await Promise.all(maps), warnings };
}

function tilesOf({ name, uri, maps }: ShownPicture): Captioned[] {
  const captionOf = ({ attribute, label, probability }: ShownMap): string[] => [
    ...(attribute === undefined ? [] : [attribute]),
    `${label} ${percent(probability)}%`,
  ];
  return [
    { uri, caption: [name] },
    ...maps.map((map) => ({ uri: map.uri, caption: captionOf(map) })),
  ];
}
