import { OptionCheck } from '@ocelli/torch';
import type { Schedule } from './schedule.ts';

/** What a decay starts from. */
export interface DecayOptions {
  /** Learning rate at the first step. */
  lr: number;
}

/** Drops at equal distances. */
export interface StepDecayOptions extends DecayOptions {
  /** Steps between drops. */
  every: number;
  /** Of each drop, above 0 and other than 1. @default 0.1 */
  factor?: number;
}

/** `lr · factor^⌊step / every⌋`. @throws {OptionError} if an option is outside its range. */
export function stepDecay(options: StepDecayOptions): Schedule {
  const check = new OptionCheck('stepDecay');
  const { lr, every, factor = 0.1 } = check.read(options, ['lr', 'every', 'factor']);
  check.positive('lr', lr);
  check.positive('every', every);
  checkFactor(check, factor);
  return (step) => lr * factor ** Math.floor(step / every);
}

/** Drops at chosen steps. */
export interface MultiStepOptions extends DecayOptions {
  /** Steps at which the learning rate drops, rising. */
  at: readonly number[];
  /** Of each drop, above 0 and other than 1. @default 0.1 */
  factor?: number;
}

/** `lr · factor^k` after k drops. @throws {OptionError} if an option is outside its range. */
export function multiStep(options: MultiStepOptions): Schedule {
  const check = new OptionCheck('multiStep');
  const { lr, at, factor = 0.1 } = check.read(options, ['lr', 'at', 'factor']);
  check.positive('lr', lr);
  checkFactor(check, factor);
  const rises = Array.isArray(at) && at.every((place, index) => place > (at[index - 1] ?? 0));
  if (!rises || at.length === 0) throw check.error('at', 'rising numbers above 0', at);
  return (step) => lr * factor ** at.filter((place) => step >= place).length;
}

/** A constant factor. */
export interface ExponentialOptions extends DecayOptions {
  /** Steps in which the learning rate is multiplied by the factor once, evenly. */
  every: number;
  /** Above 0 and other than 1. */
  factor: number;
}

/** `lr · factor^(step / every)`. @throws {OptionError} if an option is outside its range. */
export function exponential(options: ExponentialOptions): Schedule {
  const check = new OptionCheck('exponential');
  const { lr, every, factor } = check.read(options, ['lr', 'every', 'factor']);
  check.positive('lr', lr);
  check.positive('every', every);
  checkFactor(check, factor);
  return (step) => lr * factor ** (step / every);
}

/** Keras' decay. */
export interface TimeDecayOptions extends DecayOptions {
  /** Above 0; after `1 / decay` steps the learning rate is halved. */
  decay: number;
}

/** `lr / (1 + decay · step)`. @throws {OptionError} if an option is outside its range. */
export function timeDecay(options: TimeDecayOptions): Schedule {
  const check = new OptionCheck('timeDecay');
  const { lr, decay } = check.read(options, ['lr', 'decay']);
  check.positive('lr', lr);
  check.positive('decay', decay);
  return (step) => lr / (1 + decay * step);
}

/** Decays that begin again. */
export interface RestartsOptions extends DecayOptions {
  /** Steps between restarts. */
  every: number;
  /** Factor on the learning rate at each restart, above 0. @default 1 */
  factor?: number;
  /** Shape of the decay between restarts. @default 'cosine' */
  anneal?: 'cosine' | 'linear';
  /** Where a decay ends, as a share of where it begins. @default 0 */
  to?: number;
}

/**
 * From `lr · factor^k` down to `to` times that, and up again with `k + 1`, every so many steps.
 *
 * @throws {OptionError} if an option is outside its range.
 * @see Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983
 */
export function restarts(options: RestartsOptions): Schedule {
  const check = new OptionCheck('restarts');
  check.read(options, ['lr', 'every', 'factor', 'anneal', 'to']);
  const { lr, every, factor = 1, anneal = 'cosine', to = 0 } = options;
  check.positive('lr', lr);
  check.positive('every', every);
  check.positive('factor', factor);
  check.oneOf('anneal', anneal, ['cosine', 'linear']);
  if (!(to >= 0 && to < 1)) throw check.error('to', 'from 0 to below 1', to);
  const left =
    anneal === 'cosine' ? (t: number) => (1 + Math.cos(Math.PI * t)) / 2 : (t: number) => 1 - t;
  return (step) => {
    const round = Math.floor(step / every);
    return lr * factor ** round * (to + (1 - to) * left(step / every - round));
  };
}

/** A function of the epoch as a function of the step: constant within an epoch, which counts from 0. */
export function epochSchedule(
  lrAtEpoch: (epoch: number) => number,
  stepsPerEpoch: number,
): Schedule {
  new OptionCheck('epochSchedule').integer('stepsPerEpoch', stepsPerEpoch, 1);
  return (step) => lrAtEpoch(Math.floor(step / stepsPerEpoch));
}

function checkFactor(check: OptionCheck, factor: number): void {
  if (Number.isFinite(factor) && factor > 0 && factor !== 1) return;
  throw check.error('factor', 'above 0 and other than 1, which changes nothing', factor);
}
