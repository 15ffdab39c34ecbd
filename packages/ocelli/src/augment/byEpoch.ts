import { OptionCheck, type Tensor } from '@ocelli/torch';
import { shown } from './applyToRows.ts';
import { compose } from './compose.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/** What is applied from an epoch on. */
export interface EpochPolicy {
  /** First epoch, from 1. */
  from: number;
  /** Applied in this order until the next policy begins; empty: images stay as they are. */
  transforms: readonly Transform[];
}

/** A policy that changes over the epochs. */
export interface ByEpochOptions {
  /** In the order of their epochs, the first from epoch 1. */
  policies: readonly EpochPolicy[];
}

/**
 * Applies other transforms in later epochs, for example stronger ones, or none in the last.
 *
 * @throws {OptionError} if the policies do not begin at epoch 1 and rise from there, or are fewer than two.
 */
export function byEpoch(options: ByEpochOptions): Transform {
  const check = new OptionCheck('byEpoch');
  const { policies } = check.read(options, ['policies']);
  const begins = policies.map(({ from }) => from);
  const rises = begins.every(
    (from, index) => Number.isInteger(from) && from > (begins[index - 1] ?? 0),
  );
  if (policies.length < 2 || begins[0] !== 1 || !rises) {
    throw check.error('policies', 'two or more from rising epochs, the first from 1', begins);
  }
  const steps = policies.map(({ from, transforms }) => ({
    from,
    all: transforms.length === 0 ? undefined : compose(transforms),
  }));
  const apply = (images: Tensor, context: TransformContext) => {
    const { epoch = 1 } = context;
    const all = steps.findLast(({ from }) => from <= epoch)?.all;
    return all ? all.apply(images, context) : images.clone({ memoryFormat: 'channelsLast' });
  };
  const settings = {
    policies: policies.map(({ from, transforms }) => ({ from, transforms: transforms.map(shown) })),
  };
  return {
    name: 'byEpoch',
    settings,
    apply,
    parts: policies.flatMap((policy) => policy.transforms),
  };
}
