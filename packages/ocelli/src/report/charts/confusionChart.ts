import type { Confusion } from '../../metrics/confusion.ts';
import { sum } from '../../metrics/ratio.ts';
import type { Drawing } from './chart.ts';
import { type MatrixCell, matrixChart } from './matrixChart.ts';

export interface ConfusionChart {
  readonly id: string;
  readonly title: string;
  readonly confusion: Confusion;
  readonly classes: readonly string[];
}

/**
 * Draws a confusion matrix: a row for each true class, a column for each predicted one. Squares are
 * shaded by their share of the row, so that rare classes are seen as well as frequent ones.
 */
export function confusionChart({ id, title, classes, confusion }: ConfusionChart): Drawing {
  const cells = confusion.flatMap((counts, row): MatrixCell[] => {
    const total = Math.max(1, sum(counts));
    return counts.map((count, column) => ({
      column,
      row,
      share: count / total,
      text: count === 0 ? '' : String(count),
    }));
  });
  const note = 'rows: label, columns: predicted';
  return matrixChart({ id, title, note, names: classes, cells });
}
