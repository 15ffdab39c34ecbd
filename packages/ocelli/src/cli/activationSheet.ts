import { didYouMean, noGrad, optionError, scope, type Tensor } from '@ocelli/torch';
import type { ColourMap } from '../explain/colourMap.ts';
import { scaled } from '../explain/heatMap.ts';
import { forwardWithMaps } from '../explain/layers.ts';
import { inEvaluation } from '../models/inEvaluation.ts';
import type { Drawing } from '../report/charts/chart.ts';
import { pngUri } from '../report/pictures/pngUri.ts';
import { pictureGrid } from '../report/pictures/pictureGrid.ts';
import type { PictureModel } from '../train/loss/headBatches.ts';

/** Maps beside one another, and the side of each in pixels. */
const [columns, side] = [16, 84];

/**
 * What every channel of a layer gave for a picture, 16 a row, each from its least to its greatest value.
 *
 * @param image `(1, 3, H, W)`, as the model sees it.
 * @throws {OptionError} if no layer of that name keeps places, with the nearest name.
 */
export async function activationSheet(
  model: PictureModel,
  image: Tensor,
  { layer, colours }: { readonly layer: string; readonly colours: ColourMap },
): Promise<Drawing> {
  const { values, height, width } = channelsOf(model, image, layer);
  const size = height * width;
  const tiles = Array.from({ length: values.length / size }, async (_, channel) => {
    const own = values.subarray(channel * size, (channel + 1) * size);
    const pixels = Uint8Array.from([...own].flatMap((value) => colours(value)).map(Math.round));
    return { uri: await pngUri(pixels, { width, height }), caption: [String(channel)] };
  });
  const title = `Channels of ${layer}: ${tiles.length} maps of ${height}×${width}`;
  return pictureGrid(await Promise.all(tiles), { title, columns, side });
}

/** Every channel's map, scaled to 0…1, one after the other. */
function channelsOf(model: PictureModel, image: Tensor, layer: string) {
  return noGrad(() =>
    scope(() =>
      inEvaluation(model, () => {
        const { maps } = forwardWithMaps(model, image);
        const map = maps.get(layer);
        if (map === undefined) {
          const hint = didYouMean(layer, [...maps.keys()]);
          throw optionError(
            'ocelli explain',
            '--activations',
            'a layer that keeps places',
            layer,
            hint,
          );
        }
        const [, , height = 0, width = 0] = map.shape;
        const values = Float32Array.from(scaled(map.squeeze(0)).toTypedArray(), Number);
        return { values, height, width };
      }),
    ),
  );
}
