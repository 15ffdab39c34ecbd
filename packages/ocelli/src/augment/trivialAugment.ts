import { readOptions } from '@ocelli/torch';
import { automaticSpace } from './automatic.ts';
import { applyOneOf } from './oneOf.ts';
import type { Transform } from './transform.ts';

/**
 * Applies to every image one transform of fourteen at one strength, both drawn for it alone: there is
 * nothing to choose. This is the wide space of the paper; strengths are drawn from the whole range
 * instead of from 31 steps.
 *
 * Works on bytes, before normalization.
 *
 * @see Müller and Hutter 2021, https://arxiv.org/abs/2103.10158
 */
export function trivialAugment(options: Readonly<Record<string, never>> = {}): Transform {
  readOptions('trivialAugment', options, []);
  const space = automaticSpace({ factor: 0.99, degrees: 135, shift: 1, shear: 0.99, bits: 2 });
  const choices = space.map((make) => make([-1, 1]));
  return {
    name: 'trivialAugment',
    settings: {},
    apply: (images, context) => applyOneOf({ name: 'trivialAugment', choices }, images, context),
    parts: choices.flatMap((choice) => choice ?? []),
  };
}
