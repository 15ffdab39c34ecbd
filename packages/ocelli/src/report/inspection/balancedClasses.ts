import { OptionError, optionError } from '@ocelli/torch';
import { attributeCounts } from '../../data/attributeCounts.ts';
import { classesOf, MISSING } from '../../data/attributeSchema.ts';
import type { AttributeTable } from '../../data/table/attributeTable.ts';
import { balanceWeights } from '../../data/table/balancedOrder.ts';
import { oversample, parseOversamplingRule } from '../../data/table/oversample.ts';
import type { Balanced } from './inspectedPage.ts';

/** What a person said about balancing, as a command gives it. */
export interface BalanceWords {
  /** From 0 to 1. @default 1 where no rule is given */
  readonly balance?: string;
  readonly oversample?: readonly string[];
}

/**
 * How often each class of each attribute comes in an epoch over all rows of the table, on average, with
 * the balance or the oversampling rules of a training.
 *
 * @throws {OptionError} if a rule or the strength is none, or both are given.
 */
export function balancedClasses(table: AttributeTable, words: BalanceWords): Balanced {
  const { balance, oversample: rules = [] } = words;
  if (rules.length === 0) return weighted(table, balance ?? '1');
  if (balance !== undefined) {
    throw new OptionError('ocelli inspect: expected --balance or --oversample, got both.');
  }
  const all = Int32Array.from({ length: table.length }, (_, row) => row);
  const grown = oversample(table, all, rules.map(parseOversamplingRule));
  const counts = attributeCounts(table.schema, table.labels, grown.rows);
  const how = rules.map((rule) => `--oversampling "${rule}"`).join(' ');
  return { how, counts: counts.map((one) => one.counts) };
}

function weighted(table: AttributeTable, word: string): Balanced {
  const strength = word.trim() === '' ? NaN : Number(word);
  if (!(strength >= 0 && strength <= 1)) {
    throw optionError('ocelli inspect', '--balance', 'a number from 0 to 1', word);
  }
  const weights = balanceWeights(table, { strength });
  const { names, labels, schema } = table;
  const counts = names.map((name, a) => {
    const sums = classesOf(schema, name).map(() => 0);
    for (const [row, weight] of weights.entries()) {
      const label = labels[row * names.length + a] ?? MISSING;
      if (label !== MISSING) sums[label] = (sums[label] ?? 0) + weight;
    }
    return sums;
  });
  return { how: `--balance ${strength}`, counts };
}
