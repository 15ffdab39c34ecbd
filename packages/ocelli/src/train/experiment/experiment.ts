import { OptionError, optionError } from '@ocelli/torch';
import { createTransforms } from '../../augment/createTransform.ts';
import { peakEpochOf } from '../schedules/schedule.ts';
import { createSchedule, type MadeSchedule } from '../schedules/createSchedule.ts';
import { checkedSettings, type NameOf } from './checkedSettings.ts';
import {
  attributesSettings,
  type Nullable,
  startSettings,
  tableSettings,
} from './nullableSettings.ts';
import { resolveStages, type StageBeginning, type StageOf } from './stageSettings.ts';
import { withUsualTransforms } from './usualTransforms.ts';
import type { Setting } from './setting.ts';
import {
  optimizerDefaults,
  type SettingName,
  type Settings,
  settings,
  tableDefaults,
} from './settings.ts';
import type { z } from 'zod';

type ValueOf<Name extends SettingName> = z.infer<Settings[Name]['schema']>;

/** What a user may say about an experiment: any settings, in any number. */
export type ExperimentInput = { readonly [Name in SettingName]?: ValueOf<Name> };

/** A stage with every question answered. */
export type TrainingStage = StageOf<WholeRun> & StageBeginning;

/** The settings that an experiment has whether it has stages or not. */
type WholeRun = {
  readonly [Name in Exclude<SettingName, 'stages'>]:
    ValueOf<Name> | (Name extends Nullable ? null : never);
};

/**
 * An experiment with every question answered: what a run really uses, what it stores, and what a
 * resumed run reads. `null` stands for "not in use".
 */
export type Experiment = WholeRun & {
  /** Every stage with every setting it can have; the settings beside are those of the first. */
  readonly stages: readonly TrainingStage[] | null;
};

export interface ResolveOptions {
  /** What the settings were read from, for messages: a file, or the command. @default 'experiment' */
  where?: string;
  /** How a setting is written there, for messages. @default its name */
  nameOf?: (name: string) => string;
  /** Whether a run has stored them: what it found out by itself then stands in them. @default false */
  isRecord?: boolean;
}

/**
 * Checks what a user said and answers everything he left open.
 *
 * @throws {OptionError} with one line a problem, if a setting is unknown, outside its bounds, or without
 *   any effect beside the others.
 */
export function resolveExperiment(input: unknown, options: ResolveOptions = {}): Experiment {
  const { where = 'experiment', nameOf = (name: string) => name, isRecord = false } = options;
  // Every key and value was just checked.
  const { stages, ...given } = checkedSettings(input, where, nameOf) as ExperimentInput;
  if (stages === undefined) {
    const usual = withUsualTransforms(given);
    return Object.freeze(new Answers(usual, { where, nameOf, isRecord }).complete());
  }
  if (given.findLr !== undefined && !isRecord) {
    const rule = `expected no ${nameOf('findLr')} with stages, each of which has`;
    throw new OptionError(`${where}: ${rule} an ${nameOf('lr')} of its own.`);
  }
  const resolved = resolveStages(stages, given, {
    where,
    resolve: (stage, here) => resolveExperiment(stage, { where: here, nameOf, isRecord }),
  });
  const first = resolveExperiment({ ...given, ...resolved[0], from: undefined }, options);
  return Object.freeze({ ...first, stages: resolved });
}

/** Fills in defaults, those that depend on other settings last, and refuses what has no effect. */
class Answers {
  readonly #given: ExperimentInput;
  readonly #where: string;
  readonly #nameOf: NameOf;
  readonly #isRecord: boolean;

  constructor(given: ExperimentInput, { where, nameOf, isRecord }: Required<ResolveOptions>) {
    this.#given = given;
    this.#where = where;
    this.#nameOf = nameOf;
    this.#isRecord = isRecord;
  }

  complete(): Experiment {
    const g = this.#given;
    const isTable = g.table !== undefined;
    return {
      ...this.#source(),
      validationShare: g.validationShare ?? null,
      imageSize: g.imageSize ?? (isTable ? tableDefaults.imageSize : null),
      fit: this.#fit(),
      maxPixels: this.#answer('maxPixels'),
      ...this.#scale(),
      onBadImage: this.#answer('onBadImage'),
      freeze: g.freeze ?? null,
      model: g.model ?? (isTable ? tableDefaults.model : this.#answer('model')),
      epochs: this.#answer('epochs'),
      batchSize: g.batchSize ?? (isTable ? tableDefaults.batchSize : this.#answer('batchSize')),
      autoBatch: this.#autoBatch(),
      ...this.#optimization(),
      ...this.#learningRate(),
      ...this.#orNull(startSettings),
      ...this.#stopping(),
      saveEverySteps: g.saveEverySteps ?? null,
      saveEveryEpochs: this.#answer('saveEveryEpochs'),
      saveEveryMinutes: this.#answer('saveEveryMinutes'),
      keepCheckpoints: this.#answer('keepCheckpoints'),
      keepBest: this.#keepBest(),
      ...this.#averaging(),
      ...this.#trial(),
      gradientAccumulation: this.#accumulation(),
      precision: this.#precision(),
      cudaGraph: this.#cudaGraph(),
      labelSmoothing: this.#answer('labelSmoothing'),
      ...this.#heads(),
      best: this.#answer('best'),
      views: this.#answer('views'),
      gradientClip: g.gradientClip ?? null,
      ...this.#augmentation(),
      balance: this.#answer('balance'),
      tensorboard: this.#answer('tensorboard'),
      seed: this.#answer('seed'),
      device: this.#answer('device'),
      threads: g.threads ?? null,
      stages: null,
    };
  }

  #source() {
    const { data, dataset, table } = this.#given;
    const columns = this.#orNull(tableSettings);
    if (table !== undefined) {
      this.#refuseUnread('data', 'with a table; the folder its paths start from is images');
      this.#refuseUnread('dataset', 'with a table');
      return { data: null, dataset: null, ...columns };
    }
    for (const name of tableSettings) this.#refuseUnread(name, 'without a table');
    if (data === undefined) return { data: null, dataset: dataset ?? 'cifar10', ...columns };
    this.#refuseUnread('dataset', 'with data of your own');
    return { data, dataset: null, ...columns };
  }

  /** Pictures that keep their size fit as they are. */
  #fit() {
    const fit = this.#answer('fit');
    const { table, imageSize } = this.#given;
    if (fit !== settings.fit.fallback && table === undefined && imageSize === undefined) {
      this.#refuse('fit', `left out without ${this.#nameOf('imageSize')}`);
    }
    return fit;
  }

  #scale() {
    const { constants = null, pixelRange = null } = this.#given;
    if (pixelRange !== null) this.#refuseUnread('constants', 'with pixelRange');
    return { constants, pixelRange };
  }

  #heads() {
    const { table, lossWeights, gradients, trunkLr } = this.#given;
    if (table === undefined) {
      for (const name of attributesSettings) this.#refuseUnread(name, 'without a table');
      return this.#orNull(attributesSettings);
    }
    if (lossWeights === 'learned') {
      if (gradients !== undefined && gradients !== 'joint') {
        this.#refuse('gradients', 'joint where lossWeights are learned');
      }
      if (this.#given.lossReduction === 'sum') {
        this.#refuse('lossReduction', 'mean where lossWeights are learned');
      }
    }
    return {
      attributes: this.#given.attributes ?? null,
      lossWeights: lossWeights ?? 'equal',
      gradients: gradients ?? 'joint',
      trunkLr: trunkLr ?? 1,
    };
  }

  /** The given ones of some settings, the others `null`. */
  #orNull<Name extends Nullable>(names: readonly Name[]) {
    const entries = names.map((name) => [name, this.#given[name] ?? null]);
    return Object.fromEntries(entries) as { [Key in Name]: ValueOf<Key> | null }; // one a name
  }

  #optimization() {
    const optimizer = this.#answer('optimizer');
    const defaults = optimizerDefaults[optimizer];
    if (optimizer !== 'sgd') {
      for (const name of ['momentum', 'nesterov'] as const) {
        this.#refuseUnread(name, `with optimizer ${optimizer}; only sgd reads it`);
      }
    }
    const isScheduled = this.#schedule()?.momentumAt !== undefined;
    if (isScheduled) {
      this.#refuseUnread('momentum', `with schedule ${this.#answer('schedule')}, which sets it`);
    }
    const momentum = isScheduled ? null : (this.#given.momentum ?? defaults.momentum);
    const nesterov = this.#given.nesterov ?? (momentum === 0 ? false : defaults.nesterov);
    if (nesterov === true && momentum === 0) this.#refuse('nesterov', 'off without momentum');
    const usual = this.#given.table === undefined ? defaults.lossReduction : 'mean';
    const lossReduction = this.#given.lossReduction ?? usual;
    if (optimizer !== 'sgd' && lossReduction === 'sum') {
      // Adam divides by the size of the gradient, so dividing its rate by the batch would be wrong.
      this.#refuse('lossReduction', `mean with optimizer ${optimizer}`);
    }
    const weightDecay = this.#given.weightDecay ?? defaults.weightDecay;
    return { optimizer, momentum, nesterov, weightDecay, lossReduction };
  }

  #learningRate() {
    const [schedule, epochs, lr] = [this.#answer('schedule'), this.#answer('epochs'), this.#lr()];
    if (schedule !== 'triangle') {
      this.#refuseUnread('peakEpoch', `with schedule ${schedule}`);
      this.#refuseUnreadRate();
      return { lr, schedule, scheduleOptions: this.#given.scheduleOptions ?? {}, peakEpoch: null };
    }
    this.#refuseUnread('scheduleOptions', 'with schedule triangle, which has peakEpoch alone');
    const peakEpoch = this.#given.peakEpoch ?? peakEpochOf(epochs);
    if (peakEpoch >= epochs) this.#refuse('peakEpoch', `below epochs (${epochs})`);
    return { lr, schedule, scheduleOptions: null, peakEpoch };
  }

  #lr(): number {
    const usual = this.#usualLr();
    const { lr = usual, findLr } = this.#given;
    if (findLr !== undefined && lr !== usual && !this.#isRecord) {
      this.#refuse('lr', `left out with ${this.#nameOf('findLr')}, which finds one`);
    }
    return lr;
  }

  #usualLr(): number {
    const optimizer = this.#answer('optimizer');
    const isOfTable = optimizer === 'sgd' && this.#given.table !== undefined;
    return isOfTable ? tableDefaults.lr : optimizerDefaults[optimizer].lr;
  }

  /** Runs of earlier versions may have one on record. */
  #refuseUnreadRate(): void {
    if (this.#isRecord || this.#schedule()?.hasOwnRates !== true) return;
    const circumstance = `with schedule ${this.#answer('schedule')}, whose options say the rates`;
    this.#refuseUnread('findLr', circumstance);
    if (this.#lr() !== this.#usualLr()) this.#refuseUnread('lr', circumstance);
  }

  /** A trial takes so many batches of pictures, before anybody can know how much memory they need. */
  #autoBatch(): boolean {
    const autoBatch = this.#answer('autoBatch');
    for (const trial of ['fastDevRun', 'overfitBatch'] as const) {
      if (autoBatch && this.#answer(trial) && !this.#isRecord) {
        this.#refuse('autoBatch', `off with ${this.#nameOf(trial)}`);
      }
    }
    return autoBatch;
  }

  /** The schedule by name, if it is no triangle. @throws {OptionError} if its options are wrong. */
  #schedule(): MadeSchedule | undefined {
    const [schedule, epochs] = [this.#answer('schedule'), this.#answer('epochs')];
    if (schedule === 'triangle') return undefined;
    const length = { epochs, stepsPerEpoch: 100 }; // options hold for any length of an epoch
    const run = { lr: this.#lr(), ...length, movesMomentum: this.#momentumMoves() };
    return createSchedule(schedule, this.#given.scheduleOptions ?? {}, run);
  }

  /** Sequences of earlier versions left the momentum alone, so there is one on their record. */
  #momentumMoves(): boolean {
    const isSequence = this.#answer('schedule') === 'sequence';
    const isEarlier = this.#isRecord && isSequence && this.#given.momentum !== undefined;
    return this.#answer('optimizer') === 'sgd' && !isEarlier;
  }

  #stopping() {
    const { patience = null, minDelta = null, budgetMinutes = null } = this.#given;
    const { budgetSamples = null } = this.#given;
    if (patience === null) this.#refuseUnread('minDelta', 'without patience');
    const waited = { patience, minDelta: patience === null ? null : (minDelta ?? 0) };
    return { ...waited, budgetMinutes, budgetSamples };
  }

  #keepBest() {
    if (this.#given.keepCheckpoints === 'all') {
      this.#refuseUnread('keepBest', 'where all checkpoints are kept');
    }
    return this.#given.keepBest ?? null;
  }

  #averaging() {
    const { emaDecay = null, lookaheadSteps = null, lookaheadAlpha = null } = this.#given;
    const emaWarmup = this.#answer('emaWarmup');
    if (emaDecay === null && emaWarmup) this.#refuseUnread('emaWarmup', 'without emaDecay');
    if (emaDecay !== null) {
      this.#refuseUnread('lookaheadSteps', 'with emaDecay: there is one average');
    }
    if (lookaheadSteps === null) this.#refuseUnread('lookaheadAlpha', 'without lookaheadSteps');
    return { emaDecay, emaWarmup, lookaheadSteps, lookaheadAlpha };
  }

  #trial() {
    const fastDevRun = this.#answer('fastDevRun');
    const overfitBatch = this.#answer('overfitBatch');
    if (fastDevRun && overfitBatch) this.#refuse('overfitBatch', 'off in a fast dev run');
    return { fastDevRun, overfitBatch };
  }

  #accumulation(): number {
    const parts = this.#answer('gradientAccumulation');
    const { gradients = 'joint' } = this.#given;
    if (parts > 1 && gradients !== 'joint') {
      this.#refuse('gradientAccumulation', `1 where gradients are ${gradients}`);
    }
    return parts;
  }

  #precision(): 'float32' | 'bfloat16' {
    const precision = this.#answer('precision');
    if (precision !== 'float32' && this.#answer('device') === 'cpu') {
      this.#refuse('precision', 'float32 on the CPU, which has no mixed precision here');
    }
    return precision;
  }

  #cudaGraph(): boolean {
    const isOn = this.#answer('cudaGraph');
    if (!isOn) return false;
    if (this.#answer('device') === 'cpu') this.#refuse('cudaGraph', 'off on the CPU');
    if (this.#accumulation() > 1) this.#refuse('cudaGraph', 'off with gradientAccumulation');
    if ((this.#given.gradients ?? 'joint') !== 'joint') {
      this.#refuse('cudaGraph', 'off unless gradients are joint');
    }
    return true;
  }

  #augmentation() {
    const { augmentation } = this.#given;
    if (augmentation !== undefined) {
      createTransforms(augmentation, `${this.#where}: ${this.#nameOf('augmentation')}`);
      const off = { pad: 0, flip: false, cutout: 0 } as const;
      for (const name of ['pad', 'padMode', 'flip', 'cutout'] as const) {
        // A stored experiment says that they are off.
        if (name !== 'padMode' && this.#given[name] === off[name]) continue;
        this.#refuseUnread(name, 'with augmentation, which lists all transforms');
      }
      const originals = this.#answer('originals');
      return { augmentation, originals, ...off, padMode: null };
    }
    const pad = this.#answer('pad');
    if (pad === 0) this.#refuseUnread('padMode', 'without padding');
    const padMode = pad === 0 ? null : (this.#given.padMode ?? 'reflect');
    const others = { flip: this.#answer('flip'), cutout: this.#answer('cutout') };
    const originals = this.#answer('originals');
    if (originals && pad === 0 && !others.flip && others.cutout === 0) {
      this.#refuse('originals', 'off without any transform: all batches would be the same');
    }
    return { augmentation: null, originals, pad, padMode, ...others };
  }

  #answer<Name extends SettingName>(name: Name): ValueOf<Name> {
    const setting: Setting = settings[name];
    const value: unknown = this.#given[name] ?? setting.fallback;
    if (value === undefined) throw new Error(`internal: setting ${name} has no default of its own`);
    return value as ValueOf<Name>; // checked by its schema, or its own default
  }

  #refuseUnread(name: SettingName, circumstance: string): void {
    if (this.#given[name] === undefined) return;
    const sentence = `expected no ${this.#nameOf(name)} ${circumstance}`;
    throw new OptionError(
      `${this.#where}: ${sentence}, got ${JSON.stringify(this.#given[name])}. It would have no effect.`,
    );
  }

  #refuse(name: SettingName, rule: string): never {
    throw optionError(this.#where, this.#nameOf(name), rule, this.#given[name]);
  }
}
