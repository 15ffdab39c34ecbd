/**
 * Probability that a Student-distributed number is farther from 0 than `t`, on either side.
 *
 * @param degrees of freedom, above 0, possibly fractional.
 * @returns 0 to 1, with an error below 1e-12.
 * @see Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.5.27 and 26.5.8
 */
export function studentTTails(t: number, degrees: number): number {
  return regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The share of the beta function that lies below x, for 0 ≤ x ≤ 1. */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on the side of the mean where x is small.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const logFactor = a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b);
  return (Math.exp(logFactor) * continuedFraction(x, a, b)) / a;
}

/** The continued fraction of the incomplete beta function, from its front (modified Lentz). */
function continuedFraction(x: number, a: number, b: number): number {
  const floor = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), floor);
  let value = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let factor = 1;
    for (const term of [even, odd]) {
      d = 1 / nonZero(1 + term * d, floor);
      c = nonZero(1 + term / c, floor);
      factor = c * d;
      value *= factor;
    }
    if (Math.abs(factor - 1) < 1e-15) return value;
  }
  return value;
}

function nonZero(value: number, floor: number): number {
  return Math.abs(value) < floor ? floor : value;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Stirling's series, from 10 upwards; smaller arguments are brought there by Γ(x + 1) = x Γ(x). */
function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  const y = 1 / (x * x);
  const series = 1 / 12 + y * (-1 / 360 + y * (1 / 1260 + y * (-1 / 1680 + y / 1188)));
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series / x;
}
