import { SIGNATURE_SIDE } from './pictureMeasures.ts';

/** Rows that belong together by a key, in groups of two or more, each ascending. */
export function equalRows(keys: ReadonlyMap<number, string>): number[][] {
  const groups = new Map<string, number[]>();
  for (const [row, key] of keys) groups.set(key, [...(groups.get(key) ?? []), row]);
  return sorted([...groups.values()].filter((rows) => rows.length > 1));
}

/** Mean difference of two signatures up to which they count as one picture, of 255. */
const NEAR = 3;

/** Rise of a field's grey, summed over its six values, that is noise: two levels each. */
const FLAT = 12;

/** Bits of two difference hashes that may differ for the pictures to be compared at all. */
const HASH_DISTANCE = 3;

/**
 * Pictures that look alike though their files differ: scaled, saved or brightened anew. Candidates are
 * those whose difference hashes differ in at most three of 64 bits; their 16 x 16 colours decide.
 *
 * @returns groups of two or more rows, each ascending.
 */
export function nearRows(signatures: ReadonlyMap<number, Uint8Array>): number[][] {
  const seen = [...signatures].map(([row, signature]) => ({
    row,
    signature,
    hash: differenceHash(signature),
  }));
  const leader = new Map(seen.map(({ row }) => [row, row]));
  const leaderOf = (row: number): number => {
    const above = leader.get(row) ?? row;
    return above === row ? row : leaderOf(above);
  };
  for (const bucket of bucketsOf(seen)) {
    for (const [i, a] of bucket.entries()) {
      for (const b of bucket.slice(i + 1)) {
        if (leaderOf(a.row) === leaderOf(b.row) || !isNear(a, b)) continue;
        const [first, second] = [leaderOf(a.row), leaderOf(b.row)];
        leader.set(Math.max(first, second), Math.min(first, second));
      }
    }
  }
  return equalRows(new Map(seen.map(({ row }) => [row, String(leaderOf(row))])));
}

interface Hashed {
  readonly row: number;
  readonly signature: Uint8Array;
  /** Four bands of 16 bits. */
  readonly hash: Uint16Array;
}

/** Hashes at most three bits apart agree in one of their four bands at least. */
function bucketsOf(seen: readonly Hashed[]): Hashed[][] {
  const buckets = new Map<string, Hashed[]>();
  for (const one of seen) {
    for (const [band, bits] of one.hash.entries()) {
      const key = `${band}:${bits}`;
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [one]);
      else bucket.push(one);
    }
  }
  return [...buckets.values()].filter((bucket) => bucket.length > 1);
}

function isNear(a: Hashed, b: Hashed): boolean {
  let bits = 0;
  for (const [band, own] of a.hash.entries()) bits += onesOf(own ^ (b.hash[band] ?? 0));
  if (bits > HASH_DISTANCE) return false;
  let sum = 0;
  for (const [i, value] of a.signature.entries()) sum += Math.abs(value - (b.signature[i] ?? 0));
  return sum / a.signature.length <= NEAR;
}

function onesOf(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** One bit for each of 8 x 8 fields: whether it becomes brighter from left to right. */
function differenceHash(signature: Uint8Array): Uint16Array {
  const hash = new Uint16Array(4);
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      const [left, right] = [0, 1].map((side) => {
        const top = 3 * (2 * y * SIGNATURE_SIDE + 2 * x + side);
        return greyAt(signature, top) + greyAt(signature, top + 3 * SIGNATURE_SIDE);
      });
      const bit = y * 8 + x;
      if ((right ?? 0) - (left ?? 0) > FLAT)
        hash[bit >> 4] = (hash[bit >> 4] ?? 0) | (1 << (bit & 15));
    }
  }
  return hash;
}

function greyAt(signature: Uint8Array, offset: number): number {
  return (signature[offset] ?? 0) + (signature[offset + 1] ?? 0) + (signature[offset + 2] ?? 0);
}

function sorted(groups: readonly number[][]): number[][] {
  return groups.map((rows) => rows.toSorted((a, b) => a - b)).sort(([a = 0], [b = 0]) => a - b);
}
