import { ratio, sum } from './ratio.ts';

/** How often each class was taken for each: `confusion[label][predicted]` counts pictures. */
export type Confusion = readonly (readonly number[])[];

/** How well one class is found. A ratio over nothing is `null`. */
export interface ClassFigures {
  readonly label: string;
  /** Pictures that have this label. */
  readonly support: number;
  /** Of the pictures said to be of this class, the share that is. */
  readonly precision: number | null;
  /** Of the pictures of this class, the share that was found. */
  readonly recall: number | null;
  /** `2 TP / (2 TP + FP + FN)`, the harmonic mean of precision and recall. */
  readonly f1: number | null;
}

/** @param labels true classes, −1 where missing; such pictures are not counted. */
export function confusionMatrix(
  labels: Int32Array,
  predicted: Int32Array,
  numClasses: number,
): Confusion {
  const counts = Array.from({ length: numClasses }, () => new Array<number>(numClasses).fill(0));
  for (const [index, label] of labels.entries()) {
    const row = counts[label];
    const column = predicted[index] ?? 0;
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
  }
  return counts;
}

/** Precision, recall and F1 of every class. */
export function classFigures(confusion: Confusion, classes: readonly string[]): ClassFigures[] {
  return classes.map((label, index) => {
    const right = confusion[index]?.[index] ?? 0;
    const support = sum(confusion[index] ?? []);
    const said = sum(confusion.map((row) => row[index] ?? 0));
    return {
      label,
      support,
      precision: ratio(right, said),
      recall: ratio(right, support),
      f1: ratio(2 * right, said + support),
    };
  });
}
