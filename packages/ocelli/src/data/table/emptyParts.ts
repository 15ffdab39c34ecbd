import { permutation } from '../randomOrder.ts';
import type { DivisionJob } from './stratifiedParts.ts';

/** How rows were to be divided. */
type Division = Pick<DivisionJob, 'units' | 'sizes' | 'seed'>;

/**
 * Gives a whole unit to every part that is to have rows and got none, because each unit is larger than it:
 * the unit nearest to its size, of those of equal size the first in the order of the seed.
 *
 * @param partOfRow the part of every row; changed in place, and only where a part is empty.
 * @returns false if there are fewer units than parts.
 */
export function fillEmptyParts(partOfRow: Uint8Array, division: Division): boolean {
  for (const [part, size] of division.sizes.entries()) {
    if (size === 0 || partOfRow.includes(part)) continue;
    const distance = (rows: Int32Array): number => Math.abs(rows.length - size);
    const [nearest] = spareUnits(partOfRow, division).toSorted((a, b) => distance(a) - distance(b));
    if (nearest === undefined) return false;
    for (const row of nearest) partOfRow[row] = part;
  }
  return true;
}

/** The units, as their rows, of a part that can do without one: that with the most rows too many. */
function spareUnits(partOfRow: Uint8Array, { units, sizes, seed }: Division): Int32Array[] {
  const { starts, members } = units;
  const unitsOf = sizes.map((): Int32Array[] => []);
  for (const unit of permutation(seed, 0, starts.length - 1)) {
    const rows = members.subarray(starts[unit], starts[unit + 1]);
    unitsOf[partOfRow[rows[0] ?? 0] ?? 0]?.push(rows);
  }
  const surplus = unitsOf.map(
    (own, part) => own.reduce((sum, rows) => sum + rows.length, 0) - (sizes[part] ?? 0),
  );
  const [fullest = -1] = [...unitsOf.keys()]
    .filter((part) => (unitsOf[part]?.length ?? 0) > 1)
    .toSorted((a, b) => (surplus[b] ?? 0) - (surplus[a] ?? 0));
  return unitsOf[fullest] ?? [];
}
