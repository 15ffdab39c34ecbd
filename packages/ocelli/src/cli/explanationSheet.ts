import type { DecodedPicture } from '../data/decodePicture.ts';
import { overlay, type OverlayOptions } from '../explain/overlay.ts';
import { type Drawing, svgFile } from '../report/charts/chart.ts';
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

/** One row a picture: the picture itself, then the map of every head over it with label and probability. */
export async function explanationSheet(
  pictures: readonly ExplainedPicture[],
  options: SheetOptions,
): Promise<string | Buffer> {
  const tiles = await Promise.all(pictures.map((picture) => rowOf(picture, options)));
  const columns = Math.min(widest, Math.max(...tiles.map((row) => row.length)));
  const title = 'Where the network looks';
  const drawing = pictureGrid(tiles.flat(), { title, columns, side: 168 });
  return sheetFile(drawing, options.format, title);
}

/** A drawing as the file that was asked for. */
export async function sheetFile(
  drawing: Drawing,
  format: SheetOptions['format'],
  title: string,
): Promise<string | Buffer> {
  return format === 'png' ? pngOf(drawing) : page(title, svgFile(drawing));
}

async function rowOf(explained: ExplainedPicture, options: OverlayOptions): Promise<Captioned[]> {
  const { picture, name, parts } = explained;
  const plain = { uri: await pngUri(picture.pixels, picture), caption: [name] };
  const maps = parts.map(async ({ attribute, label, probability, map }) => ({
    uri: await pngUri(overlay(picture.pixels, map, options), picture),
    caption: [...(attribute === undefined ? [] : [attribute]), `${label} ${percent(probability)}%`],
  }));
  return [plain, ...(await Promise.all(maps))];
}

function page(title: string, svg: string): string {
  const style = 'body{margin:0;background:#fff}svg{display:block;max-width:100%;height:auto}';
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title>` +
    `<style>${style}</style></head><body>${svg}</body></html>\n`
  );
}
