import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { Dice } from './dice.ts';
import type { PersonLabels } from './personSchema.ts';

/** What a camera did to a picture. */
interface Fault {
  /** Deviation of the blur in pixels of a picture 112 wide. */
  readonly blur: number;
  /** Deviation of the noise, of 255. */
  readonly noise: number;
  /** Factor on all values, and what is added to them. */
  readonly light: readonly [number, number];
}

/** Draws an SVG and takes it as a camera of some quality would: sharp and clear, middling, or bad. */
export async function photograph(
  svg: string,
  size: number,
  { quality, dice }: { quality: PersonLabels['imagequality']; dice: Dice },
): Promise<Sharp> {
  const { blur, noise, light } = faultOf(quality, dice);
  let picture = sharp(Buffer.from(svg), { density: (72 * size) / 224 })
    .resize(size, size)
    .removeAlpha();
  if (blur > 0) picture = picture.blur(Math.max(0.3, (blur * size) / 112));
  picture = picture.linear(light[0], light[1]);
  if (noise === 0) return picture;
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  addNoise(data, noise, dice);
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
}

function faultOf(quality: PersonLabels['imagequality'], dice: Dice): Fault {
  switch (quality) {
    case 'Good':
      return { blur: 0, noise: 0, light: [dice.between(0.97, 1.06), dice.between(-4, 6)] };
    case 'Average':
      return {
        blur: dice.between(0.55, 0.85),
        noise: dice.between(3, 5.5),
        light: [dice.between(0.8, 0.92), dice.between(-8, 10)],
      };
    case 'Bad':
      return { blur: dice.between(1, 1.45), noise: dice.between(8, 13), light: badLight(dice) };
  }
}

/** Too dark, or washed out. */
function badLight(dice: Dice): [number, number] {
  if (dice.chance(0.65)) return [dice.between(0.5, 0.66), dice.between(-6, 4)];
  return [dice.between(0.55, 0.7), dice.between(84, 100)];
}

/** Grey noise with a nearly normal distribution: the sum of three uniform throws. */
function addNoise(pixels: Buffer, deviation: number, dice: Dice): void {
  const spread = 2 * deviation; // a sum of three uniform values has half their range as deviation
  for (let i = 0; i < pixels.length; i += 3) {
    const bits = dice.below(2 ** 30);
    const sum = (bits & 1023) + ((bits >> 10) & 1023) + ((bits >> 20) & 1023);
    const change = Math.round(spread * (sum / 1023 - 1.5));
    for (let c = i; c < i + 3; c++) {
      pixels[c] = Math.min(255, Math.max(0, (pixels[c] ?? 0) + change));
    }
  }
}
