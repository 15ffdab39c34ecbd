import { cat, full, type OptionCheck, stack, type Tensor } from '@ocelli/torch';
import { chooseImages } from './draw.ts';
import { imageShape } from './pixelRows.ts';
import { checkProbability } from './probability.ts';
import { resample, resamplingOf, type ResamplingOptions } from './resample.ts';
import type { Transform } from './transform.ts';
import type { PlacedShape, TransformContext } from './transformContext.ts';
import type { AffineStep, MakeAffine } from './joinableMaps.ts';

/** What every turning, shifting and zooming transform takes. */
export interface AffineOptions extends ResamplingOptions {
  /** Chance of each image to be changed, above 0 and at most 1. @default 1 */
  probability?: number;
}

/** The keys that every affine transform knows. */
export const AFFINE_KEYS = ['probability', 'interpolation', 'border', 'fill'] as const;

/** What an affine transform draws: its matrix, made from the images that are chosen. */
type DrawMatrix = (images: PlacedShape, chosen: Tensor, context: TransformContext) => Tensor;

/** A transform that is one matrix an image: checks what all of them share and resamples. */
export function affineTransform(
  { name, check, options, settings }: AffineDefinition,
  draw: DrawMatrix,
): Transform {
  const { probability = 1 } = options;
  checkProbability(check, probability);
  const resampling = resamplingOf(check, options);
  const matrices = (images: PlacedShape, context: TransformContext) => {
    const chosen = chooseImages({ ...images, name, probability }, context);
    return draw(images, chosen.to({ dtype: 'float32' }), context);
  };
  return fromMatrices(
    { name, settings: { ...settings, probability, ...resampling } },
    { matrices, resampling },
  );
}

interface AffineDefinition {
  readonly name: string;
  readonly check: OptionCheck;
  readonly options: AffineOptions;
  /** The settings of its own, defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A transform that resamples where its matrices say. */
export function fromMatrices(
  facts: Pick<Transform, 'name' | 'settings'>,
  { matrices, resampling }: Required<AffineStep>,
): Transform {
  const apply = (images: Tensor, context: TransformContext) => {
    const shape = { ...imageShape(facts.name, images), device: images.device };
    return resample(images, matrices(shape, context), resampling);
  };
  return { ...facts, apply, affine: { matrices, resampling } };
}

/** Two steps as one, if one way of resampling does for both. */
export function joinAffine(first: AffineStep, second: AffineStep): AffineStep | undefined {
  const resampling = first.resampling ?? second.resampling;
  if (second.resampling && JSON.stringify(resampling) !== JSON.stringify(second.resampling)) {
    return undefined;
  }
  const matrices: MakeAffine = (images, context) => {
    const inner = matrixOf3(first.matrices(images, context));
    return inner.bmm(matrixOf3(second.matrices(images, context))).narrow(1, 0, 2);
  };
  return { matrices, ...(resampling && { resampling }) };
}

function matrixOf3(matrices: Tensor): Tensor {
  const { shape, device } = matrices;
  const last = full([shape[0] ?? 0, 1, 3], 0, { device });
  last.narrow(2, 2, 1).fill_(1);
  return cat([matrices, last], 1);
}

/**
 * `(N, 2, 3)` from its six numbers, row by row; each is one value for all images or `(N)`.
 */
export function affineMatrix(images: PlacedShape, numbers: readonly (number | Tensor)[]): Tensor {
  const { count, device } = images;
  const columns = numbers.map((value) =>
    typeof value === 'number' ? full([count], value, { device }) : value,
  );
  return stack(columns, 1).view([count, 2, 3]);
}
