import { didYouMean, optionError, type Tensor, where } from '@ocelli/torch';
import type { AttributeSchema } from '../data/attributeSchema.ts';
import { MISSING } from '../data/attributeSchema.ts';
import type { Targets } from './targets.ts';
import type { LabelEffect, Transform } from './transform.ts';
import type { MakeAffine, MakeColourMap, MakePixelMap } from './joinableMaps.ts';
import type { TransformContext } from './transformContext.ts';

/**
 * The same transform with what it does to labels declared, so that a mirrored "left" is learned as
 * "right" and a colour is not asked for where it was changed.
 *
 * Classes and attributes are looked up when labels are there; see `checkLabelEffects`.
 *
 * @throws {OptionError} if nothing is declared.
 */
export function withLabelEffect(transform: Transform, effect: LabelEffect): Transform {
  const { hides = [], swaps = {} } = effect;
  if (hides.length === 0 && Object.keys(swaps).length === 0) {
    throw optionError(transform.name, 'hides or swaps', 'at least one attribute', effect);
  }
  const listening = (context: TransformContext): TransformContext => ({
    ...context,
    onChanged: (name, changed) => {
      if (context.targets) applyEffect(effect, changed, context.targets);
      context.onChanged?.(name, changed);
    },
  });
  const declared = {
    ...transform,
    settings: { ...transform.settings, ...effect },
    labelEffect: effect,
    apply: (images: Tensor, context: TransformContext) =>
      transform.apply(images, listening(context)),
  };
  return { ...declared, ...listeningMaps(transform, listening) };
}

type Listening = (context: TransformContext) => TransformContext;

/** The maps by which `compose` joins a transform to its neighbours, declaring what `apply` declares. */
function listeningMaps({ pixelMap, affine, colour }: Transform, listening: Listening) {
  const listen =
    <Facts, Map>(make: (facts: Facts, context: TransformContext) => Map) =>
    (facts: Facts, context: TransformContext): Map =>
      make(facts, listening(context));
  return {
    ...(pixelMap && { pixelMap: listen(pixelMap) satisfies MakePixelMap }),
    ...(affine && {
      affine: { ...affine, matrices: listen(affine.matrices) satisfies MakeAffine },
    }),
    ...(colour && { colour: { ...colour, map: listen(colour.map) satisfies MakeColourMap } }),
  };
}

function applyEffect({ hides = [], swaps = {} }: LabelEffect, changed: Tensor, targets: Targets) {
  const attributes = Object.keys(targets.schema);
  for (const name of hides) {
    targets.change(attributes.indexOf(name), changed, (labels) => labels.mul(0).add_(MISSING));
  }
  for (const [name, pair] of Object.entries(swaps)) {
    const [one, other] = pair.map((word) => targets.schema[name]?.indexOf(word) ?? MISSING);
    targets.change(attributes.indexOf(name), changed, (labels) =>
      where(
        labels.eq(one ?? MISSING),
        other ?? MISSING,
        where(labels.eq(other ?? MISSING), one ?? MISSING, labels),
      ),
    );
  }
}

/**
 * Compares what transforms declare with the attributes there are.
 *
 * @returns one sentence for each undeclared effect that the names suggest: a flip where classes are
 *   called left and right, a change of colour where an attribute is called colour.
 * @throws {OptionError} if an attribute or class does not exist.
 */
export function checkLabelEffects(
  transforms: readonly Transform[],
  schema: AttributeSchema,
): string[] {
  const all = transforms.flatMap(withParts);
  for (const { name, labelEffect } of all) {
    if (labelEffect) checkNames(name, labelEffect, schema);
  }
  const sentences = all.flatMap((transform) =>
    undeclared(transform, schema).map(
      (attribute) =>
        `${transform.name} may change what is true of attribute "${attribute}". ` +
        'Declare it with hides or swaps, or leave the transform out.',
    ),
  );
  return [...new Set(sentences)];
}

/** A transform and all that it is made of; a declaration on the whole covers its parts. */
export function withParts(transform: Transform): Transform[] {
  const { parts = [], labelEffect } = transform;
  const inner = parts.flatMap(withParts);
  return [
    transform,
    ...inner.map((part) => ({ ...part, labelEffect: merged(part.labelEffect, labelEffect) })),
  ];
}

/** What both declare; of an attribute that both swap, the second counts. */
export function merged(one: LabelEffect = {}, other: LabelEffect = {}): LabelEffect {
  return {
    hides: [...(one.hides ?? []), ...(other.hides ?? [])],
    swaps: { ...one.swaps, ...other.swaps },
  };
}

/** Refuses attributes and classes that do not exist. @throws {OptionError} with the nearest that does. */
export function checkNames(where: string, effect: LabelEffect, schema: AttributeSchema): void {
  const { hides = [], swaps = {} } = effect;
  for (const name of [...hides, ...Object.keys(swaps)]) {
    checkAmong(where, { option: 'an attribute', word: name, known: Object.keys(schema) });
    for (const word of swaps[name] ?? []) {
      checkAmong(where, { option: `a class of ${name}`, word, known: schema[name] ?? [] });
    }
  }
}

function checkAmong(
  where: string,
  { option, word, known }: { option: string; word: string; known: readonly string[] },
): void {
  if (known.includes(word)) return;
  throw optionError(where, option, `one of ${known.join(', ')}`, word, didYouMean(word, known));
}

const signs = { side: /\b(left|right)\b/i, colour: /\bcolou?r\b/i };

/** Attributes whose names or classes suggest that the transform changes what is true of them, undeclared. */
export function undeclared(transform: Transform, schema: AttributeSchema): string[] {
  const { disturbs, labelEffect: { hides = [], swaps = {} } = {} } = transform;
  if (disturbs === undefined) return [];
  const words = (attribute: string, classes: readonly string[]) =>
    disturbs === 'side' ? [attribute, ...classes] : [attribute];
  return Object.entries(schema)
    .filter(([attribute]) => !hides.includes(attribute) && !(attribute in swaps))
    .filter(([attribute, classes]) =>
      words(attribute, classes).some((word) => signs[disturbs].test(word.replaceAll('_', ' '))),
    )
    .map(([attribute]) => attribute);
}
