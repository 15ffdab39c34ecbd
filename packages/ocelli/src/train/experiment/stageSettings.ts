import { didYouMean, OptionError, optionError } from '@ocelli/torch';
import { createSchedule } from '../schedules/createSchedule.ts';
import { settings } from './settings.ts';

/** Settings that a stage may have of its own; all others hold for the whole run. */
export const stageSettings = [
  'imageSize',
  'freeze',
  'epochs',
  'batchSize',
  'optimizer',
  'lr',
  'schedule',
  'scheduleOptions',
  'peakEpoch',
  'momentum',
  'nesterov',
  'weightDecay',
  'lossReduction',
  'labelSmoothing',
  'attributes',
  'lossWeights',
  'gradients',
  'trunkLr',
  'best',
  'gradientClip',
  'gradientAccumulation',
  'emaDecay',
  'emaWarmup',
  'lookaheadSteps',
  'lookaheadAlpha',
  'patience',
  'minDelta',
  'oversampling',
  'balance',
  'augmentation',
  'originals',
  'pad',
  'padMode',
  'flip',
  'cutout',
] as const;
/** The name of a setting that a stage may have of its own. */
export type StageSettingName = (typeof stageSettings)[number];

/** Weights of the stage before that a stage can begin with. */
export const stageOrigins = ['best', 'last'] as const;
/** Which weights of the stage before a stage begins with. */
export type StageOrigin = (typeof stageOrigins)[number];

/** The settings of a stage, taken from those of an experiment. */
export type StageOf<Settings extends Readonly<Record<StageSettingName, unknown>>> = Pick<
  Settings,
  StageSettingName
>;

/** Where the weights come from that a stage begins with; `null` in the first, which has new ones. */
export interface StageBeginning {
  readonly from: StageOrigin | null;
}

/** Settings that mean something only beside another one: a stage that names that one begins without them. */
const companions: Partial<Record<StageSettingName, readonly StageSettingName[]>> = {
  epochs: ['peakEpoch'],
  schedule: ['scheduleOptions', 'peakEpoch'],
  optimizer: ['momentum', 'nesterov', 'weightDecay', 'lossReduction', 'lr'],
  augmentation: ['pad', 'padMode', 'flip', 'cutout'],
  patience: ['minDelta'],
};

type Content = Readonly<Record<string, unknown>>;

/**
 * Answers every question about each stage of an experiment.
 *
 * @param base what was said of the whole run.
 * @param resolve answers one stage, given all that was said of it.
 * @throws {OptionError} if a stage has a setting that none can have, with the nearest known one.
 */
export function resolveStages<Settings extends Readonly<Record<StageSettingName, unknown>>>(
  stages: readonly Content[],
  base: Content,
  { where, resolve }: { where: string; resolve: (input: Content, where: string) => Settings },
): (StageOf<Settings> & StageBeginning)[] {
  return stages.map((stage, index) => {
    const here = `${where}, stage ${index + 1}`;
    const { from, ...own } = stage;
    refuseOthers(own, here);
    const answered = resolve(merged(base, own), here);
    const settings = Object.fromEntries(stageSettings.map((name) => [name, answered[name]]));
    return { ...(settings as StageOf<Settings>), from: originOf(from, index, here) }; // one entry a name
  });
}

function refuseOthers(own: Content, where: string): void {
  const known: readonly string[] = stageSettings;
  for (const name of Object.keys(own)) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, [...known, 'from']) || 'It holds for the whole run.';
    throw new OptionError(`${where}: expected no setting ${name}. ${hint}`);
  }
}

/** What was said of a stage over what holds without it. */
export function merged(base: Content, own: Content): Content {
  const given = Object.keys(own) as StageSettingName[]; // just checked
  const companionless = without(
    base,
    given.flatMap((name) => companions[name] ?? []),
  );
  const unread = given.includes('schedule') ? unreadWithSchedule({ ...companionless, ...own }) : [];
  return { ...without(companionless, unread), ...own };
}

function without(content: Content, names: readonly string[]): Content {
  return Object.fromEntries(Object.entries(content).filter(([name]) => !names.includes(name)));
}

/** What a schedule has no use for, since it sets the momentum itself, or its options say the rates. */
function unreadWithSchedule({ schedule, scheduleOptions, lr, epochs }: Content): string[] {
  const run = { lr: Number(lr ?? 1), epochs: Number(epochs ?? settings.epochs.fallback) };
  try {
    const options = Object(scheduleOptions ?? {}) as object;
    const made = createSchedule(String(schedule), options, { ...run, stepsPerEpoch: 100 });
    return [...(made.momentumAt ? ['momentum'] : []), ...(made.hasOwnRates ? ['lr'] : [])];
  } catch {
    return ['momentum']; // what is wrong with it is said when the stage is answered
  }
}

function originOf(from: unknown, index: number, where: string): StageOrigin | null {
  if (index === 0) {
    if (from === undefined || from === null) return null;
    const sentence = 'expected no from in the first stage, which begins with new weights';
    throw new OptionError(`${where}: ${sentence}, got ${JSON.stringify(from)}.`);
  }
  const origin = stageOrigins.find((one) => one === (from ?? 'best'));
  if (origin === undefined) throw optionError(where, 'from', 'best or last', from);
  return origin;
}
