/**
 * The permutation of 0 … n − 1 that `numpy.random.RandomState(seed).permutation(n)` gives: MT19937,
 * then Fisher-Yates from the last place down, each partner drawn by masks and rejection.
 *
 * @see Matsumoto and Nishimura 1998, "Mersenne Twister"
 */
export function legacyPermutation(seed: number, length: number): Int32Array {
  const next = mersenneTwister(seed);
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const mask = 0xffffffff >>> Math.clz32(i);
    let j = next() & mask;
    while (j > i) j = next() & mask;
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}

const [size, middle] = [624, 397];

function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(size);
  state[0] = seed;
  for (let i = 1; i < size; i++) {
    const before = state[i - 1] ?? 0;
    state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
  }
  let at = size;
  return () => {
    if (at === size) at = twist(state);
    return tempered(state[at++] ?? 0);
  };
}

function twist(state: Uint32Array): number {
  for (let i = 0; i < size; i++) {
    const y = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % size] ?? 0) & 0x7fffffff);
    state[i] = (state[(i + middle) % size] ?? 0) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
  }
  return 0;
}

function tempered(word: number): number {
  let y = word;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}
