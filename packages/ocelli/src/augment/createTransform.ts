import { didYouMean, OptionError, optionError } from '@ocelli/torch';
import { byEpoch } from './byEpoch.ts';
import { withLabelEffect } from './labelEffect.ts';
import { oneOf } from './oneOf.ts';
import { sometimes } from './sometimes.ts';
import type { LabelEffect, Transform } from './transform.ts';
import { transformEntries } from './transformEntries.ts';

/** A transform as JSON: one key, its name, with its options, such as `{ "rotate": { "degrees": 15 } }`. */
export type TransformDefinition = Readonly<Record<string, object>>;

/** Short for the flip that is nearly always meant. */
const aliases: Readonly<Record<string, string>> = { flip: 'horizontalFlip' };

const combined = ['oneOf', 'sometimes', 'byEpoch'];

/**
 * A transform by its name, with its options as JSON has them.
 *
 * Beside its own options each one takes `hides` and `swaps`; see `LabelEffect`. `oneOf`, `sometimes` and
 * `byEpoch` take lists of definitions for the transforms they are made of.
 *
 * @throws {OptionError} if the name or an option is unknown, with the nearest known one, or a value is
 *   outside its bounds.
 */
export function createTransform(name: string, options: object = {}): Transform {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw optionError(name, 'options', 'an object', options);
  }
  const { hides, swaps, ...own } = options as LabelEffect & Record<string, unknown>;
  const transform = made(name, own);
  if (hides === undefined && swaps === undefined) return transform;
  return withLabelEffect(transform, { ...(hides && { hides }), ...(swaps && { swaps }) });
}

function made(name: string, own: Record<string, unknown>): Transform {
  if (name === 'oneOf') return oneOf({ ...own, transforms: inner(name, own) });
  if (name === 'sometimes') return sometimes({ ...own, transforms: inner(name, own) } as never);
  if (name === 'byEpoch') return byEpoch({ ...own, policies: innerPolicies(own) });
  const found = transformEntries.get(aliases[name] ?? name);
  if (found === undefined) {
    const known = [...transformEntries.keys(), ...Object.keys(aliases), ...combined];
    const hint = didYouMean(name, known) || `Known are ${known.join(', ')}.`;
    throw new OptionError(`augmentation: unknown transform "${name}". ${hint}`);
  }
  return found.make(own as never); // it checks what it is given
}

function inner(name: string, own: Record<string, unknown>): Transform[] {
  return createTransforms(own['transforms'], `${name}: transforms`);
}

function innerPolicies({ policies }: Record<string, unknown>) {
  if (!Array.isArray(policies)) throw optionError('byEpoch', 'policies', 'a list', policies);
  return (policies as Record<string, unknown>[]).map((policy) => ({
    ...policy,
    from: policy['from'] as number,
    transforms: createTransforms(policy['transforms'], 'byEpoch: transforms'),
  }));
}

/**
 * The transforms of a policy written as JSON: `[{ "flip": {} }, { "rotate": { "degrees": 15 } }]`.
 *
 * @param where what the policy was read from, for messages.
 * @throws {OptionError} as `createTransform`, or if the list is none.
 */
export function createTransforms(definitions: unknown, where = 'augmentation'): Transform[] {
  if (!Array.isArray(definitions)) {
    throw optionError(where, 'the policy', 'a list of transforms', definitions);
  }
  return definitions.map((definition: unknown) => {
    const pairs = typeof definition === 'object' ? Object.entries(definition ?? {}) : [];
    const [pair, ...more] = pairs as [string, object][];
    if (pair === undefined || more.length > 0) {
      const rule = 'one name with its options, such as {"rotate": {"degrees": 15}}';
      throw optionError(where, 'each transform', rule, definition);
    }
    return createTransform(...pair);
  });
}

/** What there is to know about a transform before using it. */
export interface TransformDescription {
  readonly name: string;
  readonly purpose: string;
  /** Its options with their defaults, those of its example where there are none. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a transform does, and its options. @throws {OptionError} if there is no such transform. */
export function describeTransform(name: string): TransformDescription {
  const known = aliases[name] ?? name;
  const found = transformEntries.get(known);
  if (found === undefined) {
    throw optionError(
      'describeTransform',
      'name',
      'that of a transform',
      name,
      didYouMean(name, transformEntries.keys()),
    );
  }
  const { settings } = found.make(found.example as never);
  return { name: known, purpose: found.purpose, options: settings };
}
