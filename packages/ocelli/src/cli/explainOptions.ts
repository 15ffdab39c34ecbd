import { OptionError } from '@ocelli/torch';
import { optionNameOf } from '../train/experiment/optionName.ts';
import { positiveInteger } from './positiveInteger.ts';

/** The options of `ocelli explain`, as they were written. */
export interface ExplainCommandOptions {
  readonly run?: string;
  readonly weights?: string;
  readonly model?: string;
  readonly classes?: string;
  readonly imageSize?: string;
  readonly mean?: string;
  readonly std?: string;
  readonly device?: string;
  readonly out: string;
  readonly head?: readonly string[];
  readonly class?: string;
  readonly layer?: string;
  readonly method?: string;
  readonly colours?: string;
  readonly opacity?: string;
  readonly faithfulness?: boolean;
  readonly misclassified?: string;
  readonly activations?: string;
  readonly filters?: boolean;
}

export const where = 'ocelli explain';

/** What is drawn. */
export type ExplainTask =
  | { readonly kind: 'pictures'; readonly pictures: readonly string[] }
  | {
      readonly kind: 'activations';
      readonly pictures: readonly string[];
      readonly layer: string;
    }
  | { readonly kind: 'misclassified'; readonly count: number }
  | { readonly kind: 'filters' };

type OptionName = keyof ExplainCommandOptions;

/** What a run brings with it, and a network of the catalog has to be told. */
const ofModels = ['classes', 'imageSize', 'mean', 'std'] as const;

/** What a task does not read. */
const unread = {
  activations: ['head', 'class', 'layer', 'method', 'opacity', 'faithfulness'],
  misclassified: ['class', 'faithfulness'],
  filters: [
    'head',
    'class',
    'layer',
    'method',
    'colours',
    'opacity',
    'faithfulness',
    'imageSize',
    'mean',
    'std',
  ],
} as const satisfies Record<string, readonly OptionName[]>;

/**
 * What is to be drawn.
 *
 * @throws {OptionError} if options contradict one another, or one is given that would not be read.
 */
export function explainTask(
  pictures: readonly string[],
  options: ExplainCommandOptions,
): ExplainTask {
  refuseSources(options);
  const { activations: layer, filters = false, misclassified } = options;
  const asked = (['misclassified', 'activations', 'filters'] as const).filter(
    (name) => options[name] !== undefined,
  );
  const [first, second] = asked;
  if (second !== undefined) refuse([second], `with ${optionNameOf(first ?? '')}`);
  if (first !== undefined) {
    const given = unread[first].filter((name) => options[name] !== undefined);
    refuse(given, `with ${optionNameOf(first)}`);
  }
  if (misclassified !== undefined || filters) refusePictures(pictures, first);
  else if (pictures.length === 0) {
    throw new OptionError(`${where}: expected a picture, got none. Name one or several files.`);
  }
  if (misclassified !== undefined) return mistakes(misclassified, options);
  if (filters) return { kind: 'filters' };
  return layer === undefined
    ? { kind: 'pictures', pictures }
    : { kind: 'activations', pictures, layer };
}

/** Either a run, the last one if none is named, or a network of the catalog with weights and classes. */
function refuseSources(options: ExplainCommandOptions): void {
  const { run, model, weights, classes } = options;
  if (run !== undefined && model !== undefined) {
    throw new OptionError(`${where}: expected --run or --model, got both.`);
  }
  if (model === undefined) {
    const given = ofModels.filter((name) => options[name] !== undefined);
    refuse(given, run === undefined ? 'without --model' : 'with --run, which knows its own');
  } else if (weights === undefined || classes === undefined) {
    const missing = weights === undefined ? '--weights' : '--classes';
    throw new OptionError(
      `${where}: expected --weights and --classes with --model, got no ${missing}.`,
    );
  }
}

function refuse(names: readonly OptionName[], reason: string): void {
  if (names.length === 0) return;
  throw new OptionError(`${where}: expected no ${names.map(optionNameOf).join(', ')} ${reason}.`);
}

function refusePictures(pictures: readonly string[], asked = ''): void {
  if (pictures.length === 0) return;
  throw new OptionError(
    `${where}: expected no picture with ${optionNameOf(asked)}, got ${pictures[0]}.`,
  );
}

function mistakes(text: string, { model }: ExplainCommandOptions): ExplainTask {
  if (model !== undefined) {
    const reason = 'whose validation pictures are looked at';
    throw new OptionError(`${where}: expected --run with --misclassified, ${reason}, got --model.`);
  }
  return { kind: 'misclassified', count: positiveInteger(where, '--misclassified', text) ?? 0 };
}
