import { OptionCheck, optionError, tensor } from '@ocelli/torch';
import { mixSeed } from '../data/randomOrder.ts';
import { flipped } from './flip.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/** Which half is mirrored first. */
export interface AlternatingFlipOptions {
  /** Decides for each sample whether it is mirrored in the first or in the second epoch. @default 0 */
  seed?: number;
}

/**
 * Mirrors every image in every other epoch: a half of them chosen by the seed in odd epochs, the others
 * in even ones, so that two epochs show each image once each way. Nothing is drawn.
 *
 * @throws {OptionError} if `seed` is no whole number of 0 or more, or (when applied) the context does
 *   not say which samples the images are.
 * @see Jordan 2024, https://arxiv.org/abs/2404.00498, section 3.6
 */
export function alternatingFlip(options: AlternatingFlipOptions = {}): Transform {
  const check = new OptionCheck('alternatingFlip');
  const { seed = 0 } = check.read(options, ['seed']);
  check.integer('seed', seed, 0);
  const facts = { name: 'alternatingFlip', settings: { seed }, disturbs: 'side' } as const;
  return flipped(facts, 'horizontal', ({ device }, context) => {
    const { epoch = 1 } = context;
    const odd = Array.from(indicesOf(context), (index) => (halfOf(seed, index) + epoch) % 2 === 1);
    const chosen = tensor(odd, { dtype: 'bool', device });
    context.onChanged?.(facts.name, chosen);
    return chosen;
  });
}

/** 0 or 1, each for half of the samples. */
function halfOf(seed: number, index: number): number {
  return Number(mixSeed(seed, index) & 1n);
}

function indicesOf({ indices }: TransformContext): ArrayLike<number> {
  if (indices !== undefined) return indices;
  throw optionError('alternatingFlip', 'context.indices', 'the samples of the batch', indices);
}
