import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const colours = { blue: [20, 30, 220], green: [20, 200, 40], red: [220, 20, 30] } as const;

export interface DrawnOptions {
  /** Pictures of each class. */
  train: number;
  test: number;
  /** Side in pixels. @default 16 */
  side?: number;
}

/** Writes `root/{train,test}/{blue,green,red}/<n>.png`: noise around a colour, easily told apart. */
export async function drawPictures(root: string, options: DrawnOptions): Promise<void> {
  const { side = 16, ...counts } = options;
  for (const split of ['train', 'test'] as const) {
    for (const [name, colour] of Object.entries(colours)) {
      const folder = join(root, split, name);
      mkdirSync(folder, { recursive: true });
      for (let index = 0; index < counts[split]; index++) {
        await drawPicture(join(folder, `${index}.png`), colour, { side, seed: index });
      }
    }
  }
}

async function drawPicture(
  path: string,
  colour: readonly [number, number, number],
  { side, seed }: { side: number; seed: number },
): Promise<void> {
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, index) => {
    const noise = ((index * 7919 + seed * 104729) % 41) - 20;
    return Math.min(255, Math.max(0, (colour[index % 3] ?? 0) + noise));
  });
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(path);
}
