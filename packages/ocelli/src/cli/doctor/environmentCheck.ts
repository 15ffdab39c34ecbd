import { environmentFaults } from '@ocelli/torch/environment';
import { type Check, good, missing, weak } from './check.ts';

/** The variables named `OCELLI_…`: a refused value stops everything, a misspelt name has no effect. */
export function environmentCheck(environment: NodeJS.ProcessEnv = process.env): Check {
  const { refused, unread } = environmentFaults(environment);
  const found = [...refused, ...unread].join(' ');
  if (refused.length > 0) return missing('environment', found, 'Correct the value or unset it.');
  if (unread.length > 0) return weak('environment', found, 'Correct the name or unset it.');
  return good('environment', settings(environment));
}

function settings(environment: NodeJS.ProcessEnv): string {
  const names = Object.keys(environment).filter((name) => name.startsWith('OCELLI_'));
  if (names.length === 0) return 'no variable of Ocelli is set';
  return names.map((name) => `${name}=${environment[name]}`).join(', ');
}
