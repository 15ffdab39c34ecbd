import { createRequire } from 'node:module';
import sharp from 'sharp';
import { type Drawing, svgFile } from '../charts/chart.ts';
import { light } from '../charts/palette.ts';

/** Pixels of a picture for each of its drawing: sharp on screens of twice the density. */
const density = 2;

/** A drawing as PNG on white paper, its text in DejaVu Sans wherever it is drawn. */
export async function pngOf(drawing: Drawing): Promise<Buffer> {
  await loadFont();
  return sharp(Buffer.from(svgFile(drawing)), { density: 72 * density })
    .flatten({ background: light.paper })
    .png(drawing.content.includes('<image') ? {} : { palette: true, effort: 1 })
    .toBuffer();
}

let loaded: Promise<unknown> | undefined;

/**
 * Servers and containers often have no font at all, and text would become boxes. A font that is used
 * once by file is known to the process from then on.
 */
function loadFont(): Promise<unknown> {
  const file = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
  const bold = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf');
  const use = (fontfile: string) =>
    sharp({ text: { text: 'Ocelli', font: 'DejaVu Sans', fontfile } }).toBuffer();
  loaded ??= use(file).then(() => use(bold));
  return loaded;
}
