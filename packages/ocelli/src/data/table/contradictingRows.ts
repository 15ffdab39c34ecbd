import type { AttributeSchema } from '../attributeSchema.ts';
import type { AttributeTable } from './attributeTable.ts';
import type { CorrectionRule } from './correctionRules.ts';
import { matchingRows } from './labelQuery.ts';
import { queryText } from './queryText.ts';

/** The rows whose labels contradict each rule: where it holds, another label stands. */
export function contradictingRows(
  table: AttributeTable,
  rules: readonly CorrectionRule<AttributeSchema>[],
): { readonly title: string; readonly rows: readonly number[] }[] {
  return rules.map(({ when, set }) => {
    const wanted = Object.entries(set as Record<string, string>);
    const rows = Array.from(matchingRows(table, when)).filter((row) =>
      wanted.some(([name, label]) => {
        const own = table.labelOf(row, name);
        return own !== undefined && own !== label;
      }),
    );
    const consequences = wanted.map(([name, label]) => `${name} := ${label}`).join(', ');
    return { title: `${queryText(when)} => ${consequences}`, rows };
  });
}
