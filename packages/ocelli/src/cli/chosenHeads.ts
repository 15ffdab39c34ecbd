import { didYouMean, optionError } from '@ocelli/torch';
import type { LabelledHead } from '../data/labelNames.ts';
import { where } from './explainOptions.ts';

/** The heads that `--head` names, in its order; all of them without it. @throws {OptionError} */
export function chosenHeads(
  heads: readonly LabelledHead[],
  asked: readonly string[] | undefined,
): readonly LabelledHead[] {
  if (asked === undefined) return heads;
  const names = heads.flatMap(({ attribute }) => attribute ?? []);
  return asked.map((name) => {
    const head = heads.find(({ attribute }) => attribute === name);
    if (head !== undefined) return head;
    const rule =
      names.length === 0 ? 'left out for a model of one label' : `one of ${names.join(', ')}`;
    throw optionError(where, '--head', rule, name, didYouMean(name, names));
  });
}
