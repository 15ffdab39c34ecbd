/**
 * Compares two strings by Unicode code points, the order of their UTF-8 bytes and of Python's `sorted`.
 *
 * JavaScript's own `<` compares UTF-16 units, which puts emoji before some older letters.
 */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** UTF-16 units re-ranked so that surrogates, which stand for U+10000 and above, come last. */
function rank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}
