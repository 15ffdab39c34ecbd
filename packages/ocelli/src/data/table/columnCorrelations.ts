/**
 * Pearson's correlation of every pair of columns of ones and zeros, `(columns, columns)`; NaN for a
 * column that is the same in every row.
 *
 * @param ones `(N, columns)` row by row, as `oneHot` gives them.
 */
export function columnCorrelations(ones: Uint8Array, columns: number): Float64Array {
  const rows = ones.length / columns;
  const together = new Float64Array(columns * columns);
  for (let start = 0; start < ones.length; start += columns) {
    const set: number[] = [];
    for (let c = 0; c < columns; c++) if (ones[start + c] === 1) set.push(c);
    for (const a of set) {
      for (const b of set) together[a * columns + b] = (together[a * columns + b] ?? 0) + 1;
    }
  }
  const share = (a: number): number => (together[a * columns + a] ?? 0) / rows;
  return together.map((count, cell) => {
    const [p, q] = [share(Math.floor(cell / columns)), share(cell % columns)];
    return (count / rows - p * q) / Math.sqrt(p * (1 - p) * q * (1 - q));
  });
}
