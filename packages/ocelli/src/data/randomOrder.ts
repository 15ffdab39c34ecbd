import { optionError } from '@ocelli/torch';

const MASK64 = (1n << 64n) - 1n;

/**
 * The next output of SplitMix64 and the state that follows it, both unsigned 64-bit.
 *
 * @see Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"
 */
export function splitMix64(state: bigint): { value: bigint; state: bigint } {
  const next = (state + 0x9e3779b97f4a7c15n) & MASK64;
  let z = next;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK64;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK64;
  return { value: z ^ (z >> 31n), state: next };
}

/** The generator xoshiro128**: 32-bit outputs, period 2^128 - 1. */
export class Xoshiro128 {
  readonly #state: Uint32Array;

  /** @param state four unsigned 32-bit words, not all zero. */
  constructor(state: readonly [number, number, number, number]) {
    this.#state = Uint32Array.from(state);
  }

  /** The next unsigned 32-bit integer. */
  next(): number {
    const s = this.#state;
    const [s0, s1, s2, s3] = [s[0] ?? 0, s[1] ?? 0, s[2] ?? 0, s[3] ?? 0];
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    s[2] = s2 ^ s0 ^ (s1 << 9);
    s[3] = rotateLeft(s3 ^ s1, 11);
    s[1] = s1 ^ s2 ^ s0;
    s[0] = s0 ^ s3 ^ s1;
    return result;
  }

  /** A uniform integer in [0, bound), unbiased: draws above the bound are thrown away. */
  below(bound: number): number {
    const mask = bound <= 1 ? 0 : 0xffffffff >>> Math.clz32(bound - 1);
    let draw: number;
    do draw = (this.next() & mask) >>> 0;
    while (draw >= bound);
    return draw;
  }
}

/**
 * The order in which an epoch visits `length` pictures: a pure function of its three arguments.
 *
 * Fisher-Yates from the last place down, each partner drawn by xoshiro128** without bias. The
 * generator's four words come from two SplitMix64 outputs whose state starts at `mixSeed(seed,
 * epoch)`. Nothing has to be saved to resume in the middle of an epoch.
 *
 * @param seed an integer from 0 to 2^53 - 1.
 * @param epoch counted from 0.
 * @throws {OptionError} if seed, epoch or length is not a whole number of that range.
 */
export function permutation(seed: number, epoch: number, length: number): Int32Array {
  checkWhole('length', length, 2 ** 31 - 1);
  const order = Int32Array.from({ length }, (_, i) => i);
  const random = generatorFor(mixSeed(seed, epoch));
  for (let i = length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = kept;
  }
  return order;
}

/**
 * One 64-bit seed out of several whole numbers, so that neighbouring epochs or steps share nothing.
 *
 * Each number is added to the state and put through SplitMix64 in turn.
 */
export function mixSeed(...parts: readonly number[]): bigint {
  let state = 0n;
  for (const [index, part] of parts.entries()) {
    checkWhole(`seed part ${index}`, part, Number.MAX_SAFE_INTEGER);
    state = splitMix64((state + BigInt(part)) & MASK64).value;
  }
  return state;
}

/** A generator whose four words come from a 64-bit seed. */
export function generatorFor(seed: bigint): Xoshiro128 {
  const first = splitMix64(seed);
  const second = splitMix64(first.state);
  const word = (value: bigint, shift: bigint) => Number((value >> shift) & 0xffffffffn);
  return new Xoshiro128([
    word(first.value, 0n),
    word(first.value, 32n),
    word(second.value, 0n),
    word(second.value, 32n),
  ]);
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function checkWhole(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw optionError('permutation', name, `a whole number from 0 to ${max}`, value);
}
