import { OptionCheck, type Tensor } from '@ocelli/torch';
import { checkAlpha, drawPartners, type MixOptions } from './partners.ts';
import { imageShape } from './pixelRows.ts';
import { checkProbability } from './probability.ts';
import { toLayout } from './resample.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/**
 * Fades every image into another one of the batch: `share · x + (1 − share) · x[partner]`, with a share
 * of its own from Beta(α, α). The labels are mixed alike, for every attribute; see `LabelMix`.
 *
 * @throws {OptionError} if an option is outside its range.
 * @see Zhang et al. 2018, https://arxiv.org/abs/1710.09412
 */
export function mixup(options: MixOptions): Transform {
  const check = new OptionCheck('mixup');
  const { alpha, probability = 1 } = check.read(options, ['alpha', 'probability']);
  checkAlpha(check, alpha);
  checkProbability(check, probability);
  const apply = (images: Tensor, context: TransformContext) => {
    const { count } = imageShape('mixup', images);
    const choosing = { name: 'mixup', probability, count, device: images.device };
    const { partners, share } = drawPartners(choosing, alpha, context);
    context.targets?.mixWith(partners, share);
    const last = images.contiguous({ memoryFormat: 'channelsLast' });
    const weight = share.view([-1, 1, 1, 1]);
    const own = last.to({ dtype: 'float32', copy: true });
    const other = last.indexSelect(0, partners).to({ dtype: 'float32' });
    // own + (1 − share) · (other − own): images of share 1 stay what they are, to the last bit.
    return toLayout(own.add_(other.sub_(own).mul_(weight.neg().add_(1))), images);
  };
  return { name: 'mixup', settings: { alpha, probability }, apply };
}
