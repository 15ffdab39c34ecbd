import { emptyLike } from '../create.ts';
import { CheckpointError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';

/** What an optimizer remembers of one parameter, by name. */
export type ParamState = Record<string, Tensor | number | undefined>;

/** Names of the parts of a {@link ParamState}. */
export interface StateNames {
  /** Parts of which a parameter has all or none. */
  readonly required: readonly string[];
  /** Parts that depend on the options. */
  readonly optional: readonly string[];
}

/**
 * All that the next steps of an optimizer depend on. `tensors` fit a safetensors file; the rest is
 * JSON, whose numbers come back exactly.
 */
export interface OptimizerState {
  /** Name of the optimizer's class. */
  readonly optimizer: string;
  /** Options of each group; `params` is the number of its parameters. */
  readonly groups: readonly Readonly<Record<string, unknown>>[];
  /** `<place of the parameter among all groups' parameters>.<name>` → number. */
  readonly numbers: Readonly<Record<string, number>>;
  /** The same for tensors. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

interface Group {
  readonly params: readonly Tensor[];
}

export function writeState(
  optimizer: string,
  groups: readonly Group[],
  states: ReadonlyMap<Tensor, ParamState>,
): OptimizerState {
  const numbers: Record<string, number> = {};
  const tensors = new Map<string, Tensor>();
  const params = groups.flatMap((group) => group.params);
  for (const [index, param] of params.entries()) {
    for (const [name, value] of Object.entries(states.get(param) ?? {})) {
      if (typeof value === 'number') numbers[`${index}.${name}`] = value;
      else if (value !== undefined) tensors.set(`${index}.${name}`, value);
    }
  }
  const saved = groups.map((group) => ({ ...group, params: group.params.length }));
  return { optimizer, groups: structuredClone(saved), numbers, tensors };
}

interface Kind {
  readonly name: string;
  readonly resolve: (options: never) => object;
  readonly state: StateNames;
}

/** A saved state, ready to be taken over. */
export interface LoadedState {
  readonly states: ReadonlyMap<Tensor, ParamState>;
  /** Options of each group. */
  readonly options: readonly object[];
}

/**
 * Checks a saved state against an optimizer and copies its tensors to the parameters' devices.
 *
 * @throws {CheckpointError} that lists every mismatch.
 */
export function readState(
  saved: OptimizerState,
  kind: Kind,
  groups: readonly Group[],
): LoadedState {
  const faults = [...groupFaults(saved, kind, groups)];
  const params = groups.flatMap((group) => group.params);
  const states = new Map<Tensor, ParamState>();
  if (faults.length === 0) {
    for (const [key, value] of [...Object.entries(saved.numbers), ...saved.tensors]) {
      const fault = placePart(key, value, { kind, params, states });
      if (fault !== undefined) faults.push(fault);
    }
    faults.push(...missingParts(kind, params, states));
  }
  if (faults.length > 0) throw mismatch(kind.name, faults);
  return { states: copied(states), options: saved.groups.map((group) => optionsOf(group, kind)) };
}

function* groupFaults(
  saved: OptimizerState,
  kind: Kind,
  groups: readonly Group[],
): Generator<string> {
  if (saved.optimizer !== kind.name) yield `the state of ${kind.name}, got ${saved.optimizer}`;
  const expected = groups.map((group) => group.params.length).join(', ');
  const got = saved.groups.map((group) => String(group['params'])).join(', ');
  if (got !== expected) yield `groups of (${expected}) parameters, got (${got})`;
}

interface Placement {
  readonly kind: Kind;
  readonly params: readonly Tensor[];
  readonly states: Map<Tensor, ParamState>;
}

/** Puts one saved value where it belongs; returns what is wrong with it, if anything is. */
function placePart(key: string, value: Tensor | number, to: Placement): string | undefined {
  const dot = key.indexOf('.');
  const [index, name] = [Number(key.slice(0, dot)), key.slice(dot + 1)];
  const { required, optional } = to.kind.state;
  const param = to.params[index];
  if (param === undefined || ![...required, ...optional].includes(name)) {
    return `no value ${JSON.stringify(key)}`;
  }
  if (typeof value !== 'number' && describe(value) !== describe(param)) {
    return `${key} to be ${describe(param)}, got ${describe(value)}`;
  }
  to.states.set(param, { ...to.states.get(param), [name]: value });
  return undefined;
}

function* missingParts(
  kind: Kind,
  params: readonly Tensor[],
  states: Placement['states'],
): Generator<string> {
  for (const [index, param] of params.entries()) {
    const state = states.get(param);
    const missing = kind.state.required.filter((name) => state !== undefined && !(name in state));
    for (const name of missing) yield `a value ${index}.${name}, got none`;
  }
}

function mismatch(name: string, faults: readonly string[]): CheckpointError {
  const hint = 'The state was saved by another optimizer or for another model.';
  return new CheckpointError(
    `${name}.loadStateDict: expected ${faults.join('; expected ')}. ${hint}`,
  );
}

function describe(tensor: Tensor): string {
  return `${tensor.dtype} (${tensor.shape.join(', ')})`;
}

/**
 * Copies, so that neither optimizer changes the other's state, that lie in memory as their parameters do:
 * then a step goes over both in one pass, and to the same last bit as before.
 */
function copied(states: ReadonlyMap<Tensor, ParamState>): Map<Tensor, ParamState> {
  return new Map([...states].map(([param, state]) => [param, copiedState(param, state)]));
}

function copiedState(param: Tensor, state: ParamState): ParamState {
  const parts = Object.entries(state).map(([name, value]) => {
    const isNumber = typeof value === 'number' || value === undefined;
    return [name, isNumber ? value : emptyLike(param).copy_(value).keep()];
  });
  return Object.fromEntries(parts) as ParamState;
}

function optionsOf(
  { params: _, ...options }: Readonly<Record<string, unknown>>,
  kind: Kind,
): object {
  return kind.resolve(options as never);
}
