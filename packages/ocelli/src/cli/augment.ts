import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import {
  DataError,
  fromTypedArray,
  Generator,
  OptionError,
  stack,
  type Tensor,
} from '@ocelli/torch';
import sharp from 'sharp';
import { compose } from '../augment/compose.ts';
import { createTransform, createTransforms } from '../augment/createTransform.ts';
import type { Transform } from '../augment/transform.ts';
import { transformEntries } from '../augment/transformEntries.ts';
import { decodePicture } from '../data/decodePicture.ts';
import { augmentationGrid } from '../report/pictures/augmentationGrid.ts';
import { checkOutput } from './checkOutput.ts';
import { exitCodes } from './exitCodes.ts';
import { positiveInteger } from './positiveInteger.ts';

export interface AugmentCommandOptions {
  readonly preview?: string;
  readonly policy?: string;
  readonly save?: string;
  readonly count: string;
  readonly size: string;
  readonly seed: string;
}

const where = 'ocelli augment';

/**
 * Shows what transforms do to pictures, or writes transformed pictures to a folder.
 *
 * @param source a picture, or a folder of pictures.
 * @returns the exit code.
 */
export async function runAugment(source: string, options: AugmentCommandOptions): Promise<number> {
  const { preview, save } = options;
  if (preview === undefined && save === undefined) {
    throw new OptionError(`${where}: expected --preview FILE.png or --save FOLDER, got neither.`);
  }
  if (preview !== undefined) {
    checkOutput(where, { name: '--preview', file: preview, kinds: ['.png'] });
  }
  const seed = wholeNumber('--seed', options.seed);
  const count = positiveInteger(where, '--count', options.count) ?? 1;
  const transforms = await transformsOf(options.policy);
  const pictures = await readPictures(source, positiveInteger(where, '--size', options.size) ?? 1);
  if (preview !== undefined) {
    const together = options.policy !== undefined;
    await writeFile(
      preview,
      await augmentationGrid(pictures.images, transforms, { seed, together }),
    );
    process.stdout.write(`written: ${preview}, ${transforms.length} transforms before and after\n`);
  }
  if (save !== undefined) {
    const folder = await saveAugmented(pictures, compose(transforms), { save, count, seed });
    process.stdout.write(`written: ${folder}, ${count * pictures.names.length} pictures\n`);
  }
  return exitCodes.done;
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new OptionError(
    `${where}: expected ${name} to be a whole number of 0 or more, got "${text}".`,
  );
}

/** Those of the policy, or every one that there is, as its example has it. */
async function transformsOf(policy: string | undefined): Promise<Transform[]> {
  if (policy === undefined) {
    return [...transformEntries].map(([name, { example }]) => createTransform(name, example));
  }
  const text = await readFile(policy, 'utf8');
  try {
    return createTransforms(JSON.parse(text), policy);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DataError(`${policy}: expected JSON, got ${error.message}.`, { cause: error });
  }
}

interface NamedPictures {
  /** uint8 `(N, 3, side, side)`. */
  readonly images: Tensor;
  readonly names: readonly string[];
}

/** Most pictures that are read from a folder. */
const most = 64;

async function readPictures(source: string, side: number): Promise<NamedPictures> {
  const paths = (await stat(source)).isDirectory() ? await picturesIn(source) : [source];
  if (paths.length === 0)
    throw new DataError(`${source}: expected at least one picture, got none.`);
  const size = { height: side, width: side };
  const pixels = await Promise.all(
    paths.map(async (path) => {
      const picture = await decodePicture(await readFile(path), path, { size });
      return fromTypedArray(new Uint8Array(picture.pixels), [side, side, 3]);
    }),
  );
  const names = paths.map((path) => basename(path, extname(path)));
  return { images: stack(pixels).permute([0, 3, 1, 2]), names };
}

async function picturesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const pictures = names.filter((name) => /\.(jpe?g|png|webp|gif)$/i.test(name)).sort();
  return pictures.slice(0, most).map((name) => join(folder, name));
}

async function saveAugmented(
  { images, names }: NamedPictures,
  transform: Transform,
  { save, count, seed }: { save: string; count: number; seed: number },
): Promise<string> {
  await mkdir(save, { recursive: true });
  const generator = new Generator({ seed });
  const indices = names.map((_, index) => index);
  for (let draw = 1; draw <= count; draw++) {
    const made = transform.apply(images, { generator, indices, epoch: draw });
    if (made.dtype !== 'uint8') {
      throw new OptionError(
        `${where}: expected a policy without normalize, whose result is no picture.`,
      );
    }
    const [, , height = 0, width = 0] = made.shape;
    for (const [index, name] of names.entries()) {
      const pixels = made.select(0, index).permute([1, 2, 0]).contiguous().toTypedArray();
      const raw = { width, height, channels: 3 } as const;
      await sharp(Buffer.from(pixels as Uint8Array), { raw })
        .png()
        .toFile(join(save, `aug-${index}-${name}-${draw}.png`));
    }
  }
  return save;
}
