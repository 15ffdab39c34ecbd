import { didYouMean, optionError } from '@ocelli/torch';
import { z } from 'zod';
import type { AttributeName, AttributeSchema } from '../../data/attributeSchema.ts';
import { figures } from '../../metrics/bestFigure.ts';
import { headLossNames } from '../loss/headLoss.ts';
import { choice, define, notNegative, type Setting, share } from './setting.ts';

/** Every option that an attribute can have, under `attributes.<name>` of an experiment. */
export const attributeSettings = {
  loss: define(choice(headLossNames), {
    help: 'softmax and cross-entropy, the same with easy pictures turned down, or a sigmoid a class',
    fallback: 'crossEntropy',
  }),
  focalGamma: define(notNegative, {
    help: 'how strongly the focal loss turns easy pictures down',
    fallbackText: '2 with loss focal',
  }),
  lossWeight: define(notNegative, {
    help: 'factor on the loss of the attribute in the sum over all',
    fallbackText: '1, or as lossWeights says',
  }),
  classWeights: define(
    {
      schema: z.union([
        z.enum(['none', 'inverse', 'effective']),
        z.array(z.number().min(0)).min(2),
      ]),
      rule: 'none, inverse, effective, or a list with a number of at least 0 for each class',
    },
    { help: 'factor on the loss of a picture, by its label', fallback: 'none' },
  ),
  labelSmoothing: define(share, {
    help: 'share of the target spread evenly over the classes',
    fallbackText: "the experiment's",
  }),
  logitAdjustment: define(notNegative, {
    help: 'factor on the logarithm of the class frequencies, added to the logits in training',
    fallback: 0,
  }),
  lr: define(notNegative, { help: 'factor on the learning rate of the head', fallback: 1 }),
  metric: define(choice(figures), {
    help: 'the figure that counts where best is `mean` or the attribute alone',
    fallback: 'accuracy',
  }),
} as const satisfies Record<string, Setting>;

export type AttributeSettingName = keyof typeof attributeSettings;

/** What a user may say about one attribute. */
export type AttributeOptions = {
  readonly [Name in AttributeSettingName]?: z.infer<(typeof attributeSettings)[Name]['schema']>;
};

/** What a user may say about attributes; those of the schema, where it is known to the compiler. */
export type AttributesInput<Schema extends AttributeSchema = AttributeSchema> = {
  readonly [Name in AttributeName<Schema>]?: AttributeOptions;
};

/**
 * What is wrong with options of attributes, one sentence each; the names of the attributes are checked
 * when the data is known.
 */
export function refusedAttributes(input: unknown, where = 'experiment'): string[] {
  if (!isPlainObject(input)) {
    return [optionError(where, 'attributes', 'options by attribute', input).message];
  }
  return Object.entries(input).flatMap(([attribute, options]) => {
    const name = `attributes.${attribute}`;
    if (!isPlainObject(options)) return [optionError(where, name, 'an object', options).message];
    return Object.entries(options).flatMap(([key, value]) =>
      problemWith(where, { name: `${name}.${key}`, key, value }),
    );
  });
}

interface Given {
  readonly name: string;
  readonly key: string;
  readonly value: unknown;
}

function problemWith(where: string, { name, key, value }: Given): string[] {
  const setting = new Map<string, Setting>(Object.entries(attributeSettings)).get(key);
  if (setting === undefined) {
    const hint = didYouMean(key, Object.keys(attributeSettings));
    return [`${where}: unknown option ${name}.${hint && ` ${hint}`}`];
  }
  if (setting.schema.safeParse(value).success) return [];
  return [optionError(where, name, setting.rule, value).message];
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
