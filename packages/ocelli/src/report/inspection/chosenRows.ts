import { MISSING } from '../../data/attributeSchema.ts';
import { permutation } from '../../data/randomOrder.ts';
import type { AttributeTable } from '../../data/table/attributeTable.ts';

/** Pictures of a class that are shown, and of all classes of an attribute together. */
const most = { ofClass: 8, together: 480 };

/** Pictures with all their labels. */
const sampled = 24;

/** The rows whose pictures stand for the others: drawn once, the same every time. */
export interface ChosenRows {
  readonly sample: readonly number[];
  /** For each attribute and class. */
  readonly ofClasses: readonly (readonly (readonly number[])[])[];
}

/** @param usable whether the picture of a row can be shown. */
export function chooseRows(table: AttributeTable, usable: (row: number) => boolean): ChosenRows {
  const order = [...permutation(0, 0, table.length)].filter(usable);
  const width = table.names.length;
  const ofClasses = Object.values(table.schema).map((classes, a) => {
    const wanted = Math.max(2, Math.min(most.ofClass, Math.floor(most.together / classes.length)));
    const chosen = classes.map((): number[] => []);
    for (const row of order) {
      const own = chosen[table.labels[row * width + a] ?? MISSING];
      if (own !== undefined && own.length < wanted) own.push(row);
    }
    return chosen;
  });
  return { sample: order.slice(0, sampled), ofClasses };
}
