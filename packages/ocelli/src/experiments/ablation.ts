import { type TransformDefinition } from '../augment/createTransform.ts';
import { type Spread, spreadOf, welchTest } from '../metrics/welchTest.ts';
import { OptionError, optionError } from '@ocelli/torch';
import type { Experiment, ExperimentInput } from '../train/experiment/experiment.ts';
import type { NamedSettings } from './experimentBuilder.ts';

/** `remove`: everything but one transform. `add`: nothing but one. */
export type AblationMode = 'remove' | 'add';

/** What one transform is worth. */
export interface MeasuredEffect {
  readonly transform: string;
  readonly with: Spread;
  readonly without: Spread;
  /** Mean of the best validation accuracies with it less that without it. */
  readonly effect: number;
  /** Of Welch's test; absent with a single run each, or without any spread. */
  readonly p?: number;
}

const off = { pad: 0, flip: false, cutout: 0 } as const;

/**
 * The experiments that tell what each transform of an experiment is worth: the one to compare with
 * (`all` or `none`), then one a transform.
 *
 * @throws {OptionError} if the experiment has no transform, has stages, or has `originals` and one of these
 *   would be left without any transform.
 */
export function ablationExperiments(experiment: Experiment, mode: AblationMode): NamedSettings[] {
  if (experiment.stages !== null) {
    throw optionError('ablation', 'stages', 'left out: each has transforms of its own', [
      `${experiment.stages.length} stages`,
    ]);
  }
  const parts = partsOf(experiment);
  if (parts.length === 0) {
    throw new OptionError('ablation: expected an experiment with transforms, got one without.');
  }
  if (experiment.originals && (mode === 'add' || parts.length === 1)) refuseOriginals(mode, parts);
  const whole = { name: 'all', ...off, ...parts.map(({ settings }) => settings).reduce(joined) };
  if (mode === 'add') {
    return [
      { name: 'none', ...off },
      ...parts.map(({ name, settings }) => ({ name: `only-${name}`, ...off, ...settings })),
    ];
  }
  return [
    whole,
    ...parts.map(({ name }, place) => {
      const rest = parts.filter((_, index) => index !== place).map(({ settings }) => settings);
      return { name: `without-${name}`, ...off, ...rest.reduce(joined, {}) };
    }),
  ];
}

/** Without a transform an epoch would have half the steps, and what those are worth would be measured too. */
function refuseOriginals(mode: AblationMode, parts: readonly Part[]): never {
  const name = mode === 'add' ? 'none' : `without-${parts[0]?.name}`;
  const rule = `off, for ${name} has no transform and would train for half the steps of the others`;
  throw optionError('ablation', 'originals', rule, true);
}

interface Part {
  readonly name: string;
  readonly settings: ExperimentInput;
}

/** The transforms of an experiment, each as the settings that are it alone. */
function partsOf({ augmentation, pad, padMode, flip, cutout }: Experiment): Part[] {
  if (augmentation !== null) {
    const names = (augmentation as TransformDefinition[]).map((one) => Object.keys(one)[0] ?? '');
    return augmentation.map((one, index) => {
      const isTwice = names.indexOf(names[index] ?? '') !== names.lastIndexOf(names[index] ?? '');
      const name = isTwice ? `${names[index]}-${index + 1}` : (names[index] ?? '');
      return { name, settings: { augmentation: [one] } };
    });
  }
  return [
    ...(pad > 0 ? [{ name: 'pad', settings: { pad, ...(padMode && { padMode }) } }] : []),
    ...(flip ? [{ name: 'flip', settings: { flip } }] : []),
    ...(cutout > 0 ? [{ name: 'cutout', settings: { cutout } }] : []),
  ];
}

function joined(one: ExperimentInput, other: ExperimentInput): ExperimentInput {
  if (one.augmentation === undefined || other.augmentation === undefined)
    return { ...one, ...other };
  return { augmentation: [...one.augmentation, ...other.augmentation] };
}

/** What the runs of `ablationExperiments` say, each given with the name of its experiment. */
export function measuredEffects(
  runs: readonly { readonly experiment: string; readonly accuracy: number }[],
): MeasuredEffect[] {
  const byName = new Map<string, number[]>();
  for (const { experiment, accuracy } of runs) {
    byName.set(experiment, [...(byName.get(experiment) ?? []), accuracy]);
  }
  const reference = byName.get('all') ?? byName.get('none');
  if (reference === undefined) return [];
  return [...byName].flatMap(([name, values]) => {
    const match = /^(only|without)-(.*)$/.exec(name);
    if (match === null) return [];
    const [mine, theirs] = [spreadOf(values), spreadOf(reference)];
    const [present, absent] = match[1] === 'only' ? [mine, theirs] : [theirs, mine];
    const p = welchTest(present, absent)?.p;
    const effect = present.mean - absent.mean;
    const transform = match[2] ?? '';
    return [{ transform, with: present, without: absent, effect, ...(p !== undefined && { p }) }];
  });
}
