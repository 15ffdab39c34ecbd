import type { Experiment, ExperimentInput } from '../../train/experiment/experiment.ts';
import { resolveExperiment } from '../../train/experiment/experiment.ts';
import { optionNameOf } from '../../train/experiment/optionName.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * The command that trains as a run did, but for some settings. Settings that have their default are not
 * mentioned, and neither is the number of threads, which is the machine's. What the run found out by itself
 * is said as found.
 */
export function trainCommand(experiment: Experiment, changes: ExperimentInput): string {
  const found = { ...experiment, threads: null, autoBatch: false, findLr: null };
  const said: Values = { ...minimal(found), ...changes };
  const words = Object.entries(said)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => optionText(name, value));
  return ['npx ocelli train', ...words].join(' ');
}

/** The fewest settings that resolve to this experiment. */
function minimal(experiment: Experiment): Values {
  const complete = JSON.stringify(experiment);
  let said = withoutNulls(experiment);
  for (const name of Object.keys(said)) {
    const { [name]: _, ...fewer } = said;
    if (resolvesTo(fewer, complete)) said = fewer;
  }
  return said;
}

function withoutNulls(experiment: Experiment): Values {
  return Object.fromEntries(Object.entries(experiment).filter(([, value]) => value !== null));
}

function resolvesTo(said: Values, complete: string): boolean {
  try {
    return JSON.stringify(resolveExperiment(said)) === complete;
  } catch {
    return false; // settings that need one another
  }
}

function optionText(name: string, value: unknown): string {
  const option = optionNameOf(name);
  if (value === true) return option;
  if (value === false) return `--no-${option.slice(2)}`;
  return `${option} ${quoted(typeof value === 'string' ? value : JSON.stringify(value))}`;
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
