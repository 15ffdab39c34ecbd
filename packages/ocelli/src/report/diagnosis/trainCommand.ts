import type { Experiment, ExperimentInput } from '../../train/experiment/experiment.ts';
import { resolveExperiment } from '../../train/experiment/experiment.ts';
import { optionNameOf } from '../../train/experiment/optionName.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * The command that trains as a run did, but for some settings. Settings that have their default are not
 * mentioned, and neither is the number of threads, which is the machine's. What the run found out by itself
 * is said as found.
 *
 * @returns nothing where the changes would be refused beside the other settings, or where the run has stages,
 *   each of which has values of its own for them.
 */
export function trainCommand(experiment: Experiment, changes: ExperimentInput): string | undefined {
  if (experiment.stages !== null) return undefined;
  const found = { ...experiment, threads: null, autoBatch: false, findLr: null };
  const said: Values = { ...minimal(found), ...changes };
  if (resolved(said) === undefined) return undefined;
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
    if (JSON.stringify(resolved(fewer)) === complete) said = fewer;
  }
  return said;
}

function withoutNulls(experiment: Experiment): Values {
  return Object.fromEntries(Object.entries(experiment).filter(([, value]) => value !== null));
}

/** What they resolve to; nothing where one is missing that another needs, or one refuses another. */
function resolved(said: Values): Experiment | undefined {
  try {
    return resolveExperiment(said);
  } catch {
    return undefined;
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
