import { alternatingFlip } from './alternatingFlip.ts';
import { autoContrast } from './autoContrast.ts';
import { boxBlur } from './boxBlur.ts';
import { brightness } from './brightness.ts';
import { channelShift } from './channelShift.ts';
import { coarseDropout } from './coarseDropout.ts';
import { colorJitter } from './colorJitter.ts';
import { contrast } from './contrast.ts';
import { cropZoom } from './cropZoom.ts';
import { cutmix } from './cutmix.ts';
import { cutout } from './cutout.ts';
import { equalize } from './equalize.ts';
import { gaussianBlur } from './gaussianBlur.ts';
import { grayscale } from './grayscale.ts';
import { horizontalFlip } from './horizontalFlip.ts';
import { hue } from './hue.ts';
import { invert } from './invert.ts';
import { mixup } from './mixup.ts';
import { normalize } from './normalize.ts';
import { pad } from './pad.ts';
import { posterize } from './posterize.ts';
import { randAugment } from './randAugment.ts';
import { randomCrop } from './randomCrop.ts';
import { randomErase } from './randomErase.ts';
import { rotate } from './rotate.ts';
import { saturation } from './saturation.ts';
import { sharpness } from './sharpness.ts';
import { shear } from './shear.ts';
import { shift } from './shift.ts';
import { solarize } from './solarize.ts';
import type { Transform } from './transform.ts';
import { trivialAugment } from './trivialAugment.ts';
import { verticalFlip } from './verticalFlip.ts';
import { zoom } from './zoom.ts';

/** What a registered transform is called by, and what it is good for. */
export interface TransformEntry {
  /** Checks its options itself: what comes from JSON may be anything. */
  readonly make: (options: never) => Transform;
  /** What it does to an image, to follow its name. */
  readonly purpose: string;
  /** Options with which it can be tried out and shown. */
  readonly example: object;
}

function entry<Options extends object>(
  make: (options: Options) => Transform,
  purpose: string,
  example: NoInfer<Options>,
): TransformEntry {
  return { make, purpose, example };
}

/* One line a transform, in the order in which they are shown. */
const entries = {
  horizontalFlip: entry(horizontalFlip, 'mirrors left to right', {}),
  verticalFlip: entry(verticalFlip, 'mirrors top to bottom', {}),
  alternatingFlip: entry(alternatingFlip, 'mirrors in every other epoch', {}),
  pad: entry(pad, 'adds a border', { pixels: 4 }),
  randomCrop: entry(randomCrop, 'cuts a window out, after padding', { size: 28, padding: 2 }),
  rotate: entry(rotate, 'turns', { degrees: 15 }),
  shift: entry(shift, 'shifts', { width: 0.2, height: 0.1 }),
  zoom: entry(zoom, 'enlarges or reduces', { factor: 0.2 }),
  cropZoom: entry(cropZoom, 'enlarges a part', {}),
  shear: entry(shear, 'slants', { degrees: 15 }),
  gaussianBlur: entry(gaussianBlur, 'blurs with a Gaussian', { sigma: [0.5, 2] }),
  boxBlur: entry(boxBlur, 'averages windows', {}),
  sharpness: entry(sharpness, 'softens or sharpens', { factor: 0.9 }),
  brightness: entry(brightness, 'lightens or darkens', { add: 0.3 }),
  contrast: entry(contrast, 'changes the contrast', { factor: 0.5 }),
  saturation: entry(saturation, 'makes colours paler or stronger', { factor: 0.7 }),
  hue: entry(hue, 'turns colours on the colour circle', { degrees: 40 }),
  colorJitter: entry(colorJitter, 'brightness, contrast, saturation and hue at once', {
    brightness: 0.3,
    contrast: 0.3,
    saturation: 0.3,
    hue: 20,
  }),
  channelShift: entry(channelShift, 'tints', { amount: 100, unit: 'levels' }),
  grayscale: entry(grayscale, 'takes colours out', {}),
  invert: entry(invert, 'makes negatives', {}),
  solarize: entry(solarize, 'makes negatives of what is light', {}),
  posterize: entry(posterize, 'keeps few levels', { bits: 2 }),
  autoContrast: entry(autoContrast, 'stretches each channel from black to white', {}),
  equalize: entry(equalize, 'uses all levels equally often', {}),
  cutout: entry(cutout, 'erases squares', { size: 12 }),
  randomErase: entry(randomErase, 'erases a random rectangle', { probability: 1, fill: 'noise' }),
  coarseDropout: entry(coarseDropout, 'erases cells of a grid', {}),
  mixup: entry(mixup, 'fades two images and their labels', { alpha: 0.4 }),
  cutmix: entry(cutmix, 'puts a part of another image in', { alpha: 1 }),
  randAugment: entry(randAugment, 'some of fourteen at one strength', {}),
  trivialAugment: entry(
    (options: Record<string, never>) => trivialAugment(options),
    'one of fourteen at any strength',
    {},
  ),
  normalize: entry(normalize, 'makes mean 0 and deviation 1', {
    mean: [125.3, 123, 113.9],
    std: [63, 62.1, 66.7],
  }),
} as const satisfies Record<string, TransformEntry>;

/** Every transform that a definition can name, apart from those made of others. */
export const transformEntries: ReadonlyMap<string, TransformEntry> = new Map(
  Object.entries(entries),
);
