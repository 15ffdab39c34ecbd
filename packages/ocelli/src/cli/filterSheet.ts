import { type AnyModule, Conv2d, OptionError, scope, type Tensor } from '@ocelli/torch';
import type { Drawing } from '../report/charts/chart.ts';
import { pngUri } from '../report/pictures/pngUri.ts';
import { pictureGrid } from '../report/pictures/pictureGrid.ts';

/** Filters beside one another, and the side of each in pixels. */
const [columns, side] = [16, 56];

/**
 * The filters of the first convolution as pictures, 16 a row: grey is 0, and the largest weight of each
 * filter, whatever its sign, is full light or full dark.
 *
 * @throws {OptionError} if the model has no convolution that looks at colours or grey.
 */
export async function filterSheet(model: AnyModule): Promise<Drawing> {
  const { name, weight } = firstConvolution(model);
  const [, , height = 0, width = 0] = weight.shape;
  const tiles = filterPixels(weight).map(async (pixels, index) => ({
    uri: await pngUri(pixels, { width, height }),
    caption: [String(index)],
  }));
  const title = `Filters of ${name}: ${tiles.length} of ${height}×${width}`;
  return pictureGrid(await Promise.all(tiles), { title, columns, side });
}

/** The first convolution of a model and its weight `(K, C, h, w)`, C = 3 or 1. */
function firstConvolution(model: AnyModule): { readonly name: string; readonly weight: Tensor } {
  for (const [name, module] of model.namedModules()) {
    if (!(module instanceof Conv2d)) continue;
    const { weight } = module;
    const [, channels] = weight.shape;
    if (channels === 3 || channels === 1) return { name, weight };
    break;
  }
  throw new OptionError(
    'ocelli explain: expected a model whose first convolution looks at colours or grey, got none.',
  );
}

/** RGB bytes of every filter, row by row. @param weight `(K, C, h, w)`. */
function filterPixels(weight: Tensor): Uint8Array[] {
  return scope(() => {
    const largest = weight.detach().abs().amax([1, 2, 3], { keepdim: true }).clamp({ min: 1e-12 });
    const grey = weight.detach().div(largest).mul(127.5).add(127.5).round();
    const [count = 0, , height = 0, width = 0] = weight.shape;
    const rows = grey.expand([count, 3, height, width]).permute([0, 2, 3, 1]);
    return rows.unbind(0).map((row) => Uint8Array.from(row.toTypedArray(), Number));
  });
}
