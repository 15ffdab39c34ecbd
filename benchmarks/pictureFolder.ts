import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const classCount = 10;
/** Pictures with content of their own; the others repeat them, which decoding does not notice. */
const distinct = 200;

/**
 * Writes `train/<class>/*.png` and `test/<class>/*.png`, five training pictures to one test picture:
 * 32x32 PNG files of smoothed noise, about the size that photographs have.
 */
export async function writePictures(folder: string, count: number): Promise<void> {
  const files = await Promise.all(Array.from({ length: distinct }, drawPicture));
  for (const split of ['train', 'test']) {
    for (let label = 0; label < classCount; label++) {
      mkdirSync(join(folder, split, `class${label}`), { recursive: true });
    }
  }
  for (let index = 0; index < count; index++) {
    const split = index % 6 === 5 ? 'test' : 'train';
    const label = Math.floor(index / 6) % classCount;
    const name = `${String(index).padStart(5, '0')}.png`;
    writeFileSync(join(folder, split, `class${label}`, name), files[index % distinct] ?? '');
  }
}

function drawPicture(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const create = { width: 16, height: 16, channels: 3, background: 'grey', noise } as const;
  return sharp({ create }).resize(32, 32).png().toBuffer();
}
