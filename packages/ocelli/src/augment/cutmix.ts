import { OptionCheck, rand, type Tensor } from '@ocelli/torch';
import { checkAlpha, drawPartners, type MixOptions } from './partners.ts';
import { alongChannels, fromRows, imageShape, toRows } from './pixelRows.ts';
import { checkProbability } from './probability.ts';
import { positions } from './remap.ts';
import type { Transform } from './transform.ts';
import type { PlacedShape, TransformContext } from './transformContext.ts';

/**
 * Puts a rectangle of another image of the batch into every image, at the same place. The share of the
 * image's own label is that of its own pixels, for every attribute; see `LabelMix`.
 *
 * The rectangle has the image's aspect and, before it is cut at the edge, `1 − share` of its area, with
 * the share from Beta(α, α).
 *
 * @throws {OptionError} if an option is outside its range.
 * @see Yun et al. 2019, https://arxiv.org/abs/1905.04899
 */
export function cutmix(options: MixOptions): Transform {
  const check = new OptionCheck('cutmix');
  const { alpha, probability = 1 } = check.read(options, ['alpha', 'probability']);
  checkAlpha(check, alpha);
  checkProbability(check, probability);
  const apply = (images: Tensor, context: TransformContext) => {
    const shape = { ...imageShape('cutmix', images), device: images.device };
    const choosing = { ...shape, name: 'cutmix', probability };
    const { partners, share } = drawPartners(choosing, alpha, context);
    const side = share.neg().add_(1).sqrt().unsqueeze(1);
    const inRows = strip(shape.height, { side, images: shape }, context);
    const inColumns = strip(shape.width, { side, images: shape }, context);
    const pixels = count(inRows).mul(count(inColumns));
    const own = pixels.div(-shape.height * shape.width).add_(1);
    context.targets?.mixWith(partners, own);
    const across = alongChannels(inColumns, shape.channels).unsqueeze(1);
    const rows = toRows(images);
    const mixed = rows.indexSelect(0, partners).where(inRows.unsqueeze(2).logicalAnd(across), rows);
    return fromRows(mixed, shape.channels);
  };
  return { name: 'cutmix', settings: { alpha, probability }, apply };
}

/** `(N, length)` bool: what lies in the rectangle along one axis, its centre anywhere in the image. */
function strip(
  length: number,
  { side, images }: { readonly side: Tensor; readonly images: PlacedShape },
  { generator }: TransformContext,
): Tensor {
  const { count: batch, device } = images;
  const size = side.mul(length).round();
  const centre = rand([batch, 1], { device, generator }).mul_(length).floor();
  const offsets = positions(length, images).sub(centre.sub(size.div(2).floor()));
  return offsets.ge(0).logicalAnd(offsets.lt(size));
}

function count(inside: Tensor): Tensor {
  return inside.sum([1]).to({ dtype: 'float32' });
}
