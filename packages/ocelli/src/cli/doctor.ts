import pc from 'picocolors';
import type { Check, CheckState } from './doctor/check.ts';
import { engineChecks } from './doctor/engineChecks.ts';
import { environmentCheck } from './doctor/environmentCheck.ts';
import { machineChecks } from './doctor/machineChecks.ts';
import { toolChecks } from './doctor/toolChecks.ts';

export type { Check, CheckState } from './doctor/check.ts';

/** Options of `ocelli doctor`. */
export interface DoctorOptions {
  /** Print one JSON object instead of a table. @default false */
  json?: boolean;
}

/**
 * Looks at everything Ocelli needs. Loads neither libtorch nor the addon into this process and never
 * throws, so that it also answers where they do not load.
 */
export async function doctorReport(): Promise<Check[]> {
  const parts = [machineChecks(), engineChecks(), toolChecks()] as const;
  const [machine, engine, tools] = await Promise.all(parts);
  const forBuilding = isHealthy(engine) ? tools.map(dispensable) : tools;
  return [...machine, environmentCheck(), ...engine, ...forBuilding];
}

/** Where the addon is built and loads, the programs that build it can wait. */
function dispensable(check: Check): Check {
  return check.state === 'missing' ? { ...check, state: 'weak' } : check;
}

/** Whether nothing that is needed is missing. */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state !== 'missing');
}

/** The report as a table, one line a check and a line below it for each remedy. */
export function renderReport(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, state, found, remedy }) => {
    const line = `${marks[state]} ${name.padEnd(width)}  ${found}`;
    return remedy === undefined ? [line] : [line, `${' '.repeat(width + 4)}${remedy}`];
  });
  return [...lines, '', summary(checks)].join('\n');
}

const marks: Readonly<Record<CheckState, string>> = {
  good: pc.green('✓'),
  weak: pc.yellow('!'),
  missing: pc.red('✗'),
};

function summary(checks: readonly Check[]): string {
  const count = (state: CheckState): number =>
    checks.filter((check) => check.state === state).length;
  if (!isHealthy(checks)) return `${count('missing')} to be mended: follow the lines above.`;
  const weakCount = count('weak');
  return weakCount === 0 ? 'All is well.' : `Works; ${weakCount} could be better.`;
}

/**
 * Prints the report.
 *
 * @returns the exit code: 1 if something needed is missing, else 0.
 */
export async function runDoctor({ json = false }: DoctorOptions = {}): Promise<number> {
  const checks = await doctorReport();
  const healthy = isHealthy(checks);
  console.log(json ? JSON.stringify({ healthy, checks }, null, 2) : renderReport(checks));
  return healthy ? 0 : 1;
}
