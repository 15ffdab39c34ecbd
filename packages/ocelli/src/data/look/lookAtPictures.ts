import { createHash } from 'node:crypto';
import { BadPictureError } from '../decodePicture.ts';
import { equalRows, nearRows } from './copies.ts';
import { measurePicture } from './pictureMeasures.ts';
import type { PictureSupply, SuppliedPicture } from './pictureSupply.ts';
import { standOut } from './standOut.ts';
import type { StandingOut } from './standOut.ts';

/** What was seen when every picture of a table was opened. */
export interface PictureLooks {
  readonly found: number;
  /** Rows whose picture is not there. */
  readonly missing: readonly number[];
  /** Files that are no picture, or damaged ones. */
  readonly unreadable: readonly { readonly row: number; readonly reason: string }[];
  /** Rows whose files have the same bytes, in groups of two or more. */
  readonly copies: readonly (readonly number[])[];
  /** Rows whose pictures look the same, though some of their files differ. */
  readonly nearCopies: readonly (readonly number[])[];
  /** Width and height, the commonest first. */
  readonly sizes: readonly SizeCount[];
  /** Much darker than the others, much brighter, and without any sharp edge; the farthest first. */
  readonly dark: readonly StandingOut[];
  readonly bright: readonly StandingOut[];
  readonly blurred: readonly StandingOut[];
}

/** How many pictures have a size. */
export interface SizeCount {
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

/**
 * Opens every picture once.
 *
 * @param count rows of the table.
 * @param onLook called after each picture with how many are done.
 */
export async function lookAtPictures(
  supply: PictureSupply,
  count: number,
  onLook: (done: number) => void = () => {},
): Promise<PictureLooks> {
  const seen = new Seen(count);
  let done = 0;
  await supply.each([...Array(count).keys()], async (picture) => {
    await seen.add(picture);
    onLook(++done);
  });
  return seen.looks(supply.missing);
}

class Seen {
  readonly #hashes = new Map<number, string>();
  readonly #signatures = new Map<number, Uint8Array>();
  readonly #sizes = new Map<string, number>();
  readonly #unreadable: { row: number; reason: string }[] = [];
  readonly #brightness: Float64Array;
  readonly #sharpness: Float64Array;

  constructor(count: number) {
    this.#brightness = new Float64Array(count).fill(NaN);
    this.#sharpness = new Float64Array(count).fill(NaN);
  }

  async add({ row, bytes, decode }: SuppliedPicture): Promise<void> {
    this.#hashes.set(row, createHash('sha256').update(bytes).digest('base64'));
    try {
      const measures = await measurePicture(await decode());
      const size = `${measures.width}x${measures.height}`;
      this.#sizes.set(size, (this.#sizes.get(size) ?? 0) + 1);
      this.#brightness[row] = measures.brightness;
      // Sharpness spans powers of ten: outliers are those of its logarithm.
      this.#sharpness[row] = Math.log1p(measures.sharpness);
      this.#signatures.set(row, measures.signature);
    } catch (error) {
      if (!(error instanceof BadPictureError)) throw error;
      this.#unreadable.push({ row, reason: error.message });
    }
  }

  looks(missing: readonly number[]): PictureLooks {
    const byBrightness = standOut(this.#brightness);
    const copies = equalRows(this.#hashes);
    return {
      found: this.#hashes.size,
      missing,
      unreadable: this.#unreadable.toSorted((a, b) => a.row - b.row),
      copies,
      nearCopies: this.#nearCopies(copies),
      sizes: sortedSizes(this.#sizes),
      dark: byBrightness.filter(({ score }) => score < 0),
      bright: byBrightness.filter(({ score }) => score > 0),
      blurred: standOut(this.#sharpness).filter(({ score }) => score < 0),
    };
  }

  /** Groups that hold more than copies of one file. */
  #nearCopies(copies: readonly (readonly number[])[]): number[][] {
    const later = new Set(copies.flatMap(([, ...others]) => others));
    const once = new Map([...this.#signatures].filter(([row]) => !later.has(row)));
    return nearRows(once);
  }
}

function sortedSizes(sizes: ReadonlyMap<string, number>): SizeCount[] {
  return [...sizes]
    .sort(([, a], [, b]) => b - a)
    .map(([size, count]) => {
      const [width = 0, height = 0] = size.split('x').map(Number);
      return { width, height, count };
    });
}
