/** Rows that must not be torn apart: `members` from `starts[u]` to `starts[u + 1]` are unit u. */
export interface PictureUnits {
  readonly starts: Int32Array;
  readonly members: Int32Array;
}

/**
 * Joins rows that share a number in any of the given columns: one person, one scene, one picture.
 *
 * Joining is transitive: a and b of one person, b and c the same picture, make one unit. Units come in
 * the order of their first rows.
 *
 * @param columns each with a number for every row.
 */
export function pictureUnits(count: number, columns: readonly Int32Array[]): PictureUnits {
  if (columns.length === 0) return singleRows(count);
  const parents = Int32Array.from({ length: count }, (_, row) => row);
  for (const column of columns) joinEqual(parents, column);
  const unitOf = new Int32Array(count);
  let units = 0;
  for (let row = 0; row < count; row++) {
    const root = rootOf(parents, row);
    unitOf[row] = root === row ? units++ : (unitOf[root] ?? 0);
  }
  return sortedByUnit(unitOf, units);
}

function singleRows(count: number): PictureUnits {
  const starts = Int32Array.from({ length: count + 1 }, (_, row) => row);
  return { starts, members: starts.subarray(0, count) };
}

/** The root is always the first row of its unit. */
function joinEqual(parents: Int32Array, column: Int32Array): void {
  const firstOf = new Map<number, number>();
  for (const [row, value] of column.entries()) {
    const first = firstOf.get(value);
    if (first === undefined) firstOf.set(value, row);
    else join(parents, first, row);
  }
}

function join(parents: Int32Array, a: number, b: number): void {
  const [x, y] = [rootOf(parents, a), rootOf(parents, b)];
  parents[Math.max(x, y)] = Math.min(x, y);
}

function rootOf(parents: Int32Array, row: number): number {
  let at = row;
  for (;;) {
    const parent = parents[at] ?? at;
    if (parent === at) return at;
    parents[at] = parents[parent] ?? parent; // halves the way for the next one
    at = parent;
  }
}

function sortedByUnit(unitOf: Int32Array, units: number): PictureUnits {
  const starts = new Int32Array(units + 1);
  for (const unit of unitOf) starts[unit + 1] = (starts[unit + 1] ?? 0) + 1;
  for (let unit = 0; unit < units; unit++) {
    starts[unit + 1] = (starts[unit + 1] ?? 0) + (starts[unit] ?? 0);
  }
  const members = new Int32Array(unitOf.length);
  const next = starts.slice();
  for (const [row, unit] of unitOf.entries()) {
    const place = next[unit] ?? 0;
    members[place] = row;
    next[unit] = place + 1;
  }
  return { starts, members };
}
