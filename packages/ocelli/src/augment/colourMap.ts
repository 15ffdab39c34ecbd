import { eye, operator, type OptionCheck, ShapeError, tensor, type Tensor } from '@ocelli/torch';
import { chooseImages } from './draw.ts';
import { imageShape } from './pixelRows.ts';
import { checkProbability } from './probability.ts';
import { toLayout } from './resample.ts';
import type { Transform } from './transform.ts';
import { checkWhite, whiteOf, type WhiteOptions } from './valueRange.ts';
import type { TransformContext } from './transformContext.ts';
import type { ColourFacts, ColourMap, ColourStep, MakeColourMap } from './joinableMaps.ts';

/** What every transform of colours takes. */
export interface ColourOptions extends WhiteOptions {
  /** Chance of each image to be changed, above 0 and at most 1. @default 1 */
  probability?: number;
}

/** The keys that every transform of colours knows. */
export const COLOUR_KEYS = ['probability', 'white'] as const;

/** @param chosen float32 `(N, 1, 1)`: 1 for images to be changed, 0 for those to be left alone. */
type DrawColourMap = (facts: ColourFacts, chosen: Tensor, context: TransformContext) => ColourMap;

interface ColourDefinition {
  readonly name: string;
  readonly check: OptionCheck;
  readonly options: ColourOptions;
  /** The settings of its own, defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly disturbs?: 'colour';
}

/** A transform that is one map of colours an image. */
export function colourTransform(definition: ColourDefinition, draw: DrawColourMap): Transform {
  const { name, check, options, settings, disturbs } = definition;
  const { probability = 1, white } = options;
  checkProbability(check, probability);
  checkWhite(check, white);
  const map: MakeColourMap = (facts, context) => {
    const chosen = chooseImages({ ...facts, name, probability }, context);
    return draw(facts, chosen.to({ dtype: 'float32' }).view([-1, 1, 1]), context);
  };
  const all = { ...settings, probability, ...(white !== undefined && { white }) };
  const facts = { name, settings: all, ...(disturbs && { disturbs }) };
  return fromColourMap(facts, { map, white });
}

/** A transform that maps colours; what leaves the range from black to white is cut off. */
export function fromColourMap(
  facts: Pick<Transform, 'name' | 'settings' | 'disturbs'>,
  { map, white }: ColourStep,
): Transform {
  const apply = (images: Tensor, context: TransformContext) => {
    const { count, channels, height, width } = imageShape(facts.name, images);
    const top = whiteOf(facts.name, images, white);
    const last = images.contiguous({ memoryFormat: 'channelsLast' });
    const pixels = last.permute([0, 2, 3, 1]).reshape([count, height * width, channels]);
    const floats = pixels.to({ dtype: 'float32' });
    const mean = () => floats.mean([1]).div_(top).unsqueeze(2);
    const place = { count, channels, device: images.device };
    const { matrix, offset } = map({ ...place, mean }, context);
    const row = offset.mul(top).transpose(1, 2);
    const mapped: Tensor = baddbmm(row, floats, matrix.transpose(1, 2));
    const cut = mapped.clamp_({ min: 0, max: top }).view([count, height, width, channels]);
    return toLayout(cut.permute([0, 3, 1, 2]), images);
  };
  return { ...facts, apply, colour: { map, white } };
}

/** Two maps of the same white as one. */
export function joinColours(first: ColourStep, second: ColourStep): ColourStep {
  const map: MakeColourMap = (facts, context) => {
    const one = first.map(facts, context);
    const through = (colours: Tensor) => one.matrix.bmm(colours).add_(one.offset);
    const two = second.map({ ...facts, mean: () => through(facts.mean()) }, context);
    return {
      matrix: two.matrix.bmm(one.matrix),
      offset: two.matrix.bmm(one.offset).add_(two.offset),
    };
  };
  return { map, white: first.white };
}

/** `(1, C, C)`: the map that changes nothing. */
export function identity({ channels, device }: ColourFacts): Tensor {
  return eye(channels, { device }).unsqueeze(0);
}

/**
 * Weights of red, green and blue in the brightness of a colour, `(1, 1, 3)`; one channel is itself.
 *
 * @throws {ShapeError} if the images have another number of channels than 1 or 3.
 */
export function luma(where: string, { channels, device }: ColourFacts): Tensor {
  if (channels === 1) return tensor([[[1]]], { device });
  if (channels === 3) return tensor([[LUMA]], { device });
  throw new ShapeError(`${where}: expected images of 1 or 3 channels, got ${channels}.`);
}

/** Rec. 601, rounded as everywhere. */
export const LUMA = [0.299, 0.587, 0.114];

const baddbmm = operator('aten::baddbmm');
