import { OptionCheck } from '../options.ts';
import { operator, type Scalar, Tensor } from '../tensor.ts';

// What the everyday methods of Tensor (`add`, `exp`, `clamp`, …) do not cover.

const aten = {
  atan2: operator('aten::atan2'),
  ceil: operator('aten::ceil'),
  divScalar: operator('aten::div.Scalar_mode'),
  divTensor: operator('aten::div.Tensor_mode'),
  erf: operator('aten::erf'),
  erfinv: operator('aten::erfinv'),
  expm1: operator('aten::expm1'),
  isinf: operator('aten::isinf'),
  lerpScalar: operator('aten::lerp.Scalar'),
  lerpTensor: operator('aten::lerp.Tensor'),
  log1p: operator('aten::log1p'),
  log2: operator('aten::log2'),
  logicalXor: operator('aten::logical_xor'),
  maximum: operator('aten::maximum'),
  minimum: operator('aten::minimum'),
  nanToNum: operator('aten::nan_to_num'),
  reciprocal: operator('aten::reciprocal'),
  roundDecimals: operator('aten::round.decimals'),
  square: operator('aten::square'),
  trunc: operator('aten::trunc'),
  whereScalarOther: operator('aten::where.ScalarOther'),
  whereScalarSelf: operator('aten::where.ScalarSelf'),
};

/** The greater of two elements; NaN where either is. The shapes broadcast. */
export function maximum(input: Tensor, other: Tensor): Tensor {
  return aten.maximum(input, other);
}

/** The smaller of two elements; NaN where either is. The shapes broadcast. */
export function minimum(input: Tensor, other: Tensor): Tensor {
  return aten.minimum(input, other);
}

/**
 * `yes` where the condition is true, `no` elsewhere. The shapes broadcast.
 *
 * @param condition bool.
 */
export function where(condition: Tensor, yes: Tensor, no: Tensor | Scalar): Tensor;
export function where(condition: Tensor, yes: Scalar, no: Tensor): Tensor;
export function where(condition: Tensor, yes: Tensor | Scalar, no: Tensor | Scalar): Tensor {
  if (!(yes instanceof Tensor)) return aten.whereScalarSelf(condition, yes, no);
  return no instanceof Tensor
    ? yes.where(condition, no)
    : aten.whereScalarOther(condition, yes, no);
}

/** `start + weight · (end − start)`. The shapes broadcast. */
export function lerp(start: Tensor, end: Tensor, weight: Tensor | number): Tensor {
  return weight instanceof Tensor
    ? aten.lerpTensor(start, end, weight)
    : aten.lerpScalar(start, end, weight);
}

/**
 * Quotient rounded towards zero (`'trunc'`) or towards −∞ (`'floor'`); of integers it is one too.
 *
 * @param options.rounding there is no default: `Tensor.div` divides without rounding.
 */
export function divide(
  input: Tensor,
  divisor: Tensor | Scalar,
  options: { rounding: 'trunc' | 'floor' },
): Tensor {
  const check = new OptionCheck('divide');
  const { rounding } = check.read(options, ['rounding']);
  check.oneOf('rounding', rounding, ['trunc', 'floor']);
  const call = divisor instanceof Tensor ? aten.divTensor : aten.divScalar;
  return call(input, divisor, rounding);
}

/** The least integer that is not below the element. */
export function ceil(input: Tensor): Tensor {
  return aten.ceil(input);
}

/** The element without its fraction. */
export function trunc(input: Tensor): Tensor {
  return aten.trunc(input);
}

/** Rounded to so many decimals, halves to even; negative ones round to tens, hundreds and so on. */
export function roundTo(input: Tensor, decimals: number): Tensor {
  return aten.roundDecimals(input, new OptionCheck('roundTo').integer('decimals', decimals, -38));
}

/** `x²`. */
export function square(input: Tensor): Tensor {
  return aten.square(input);
}

/** `1 / x`. */
export function reciprocal(input: Tensor): Tensor {
  return aten.reciprocal(input);
}

/** `exp(x) − 1`, exact near 0. */
export function expm1(input: Tensor): Tensor {
  return aten.expm1(input);
}

/** `log(1 + x)`, exact near 0. */
export function log1p(input: Tensor): Tensor {
  return aten.log1p(input);
}

/** The logarithm to base 2. */
export function log2(input: Tensor): Tensor {
  return aten.log2(input);
}

/** The error function `2/√π · ∫₀ˣ exp(−t²) dt`. */
export function erf(input: Tensor): Tensor {
  return aten.erf(input);
}

/** The inverse of {@link erf}, for elements in (−1, 1). */
export function erfinv(input: Tensor): Tensor {
  return aten.erfinv(input);
}

/** The angle of the point (x, y) in radians, in (−π, π]. */
export function atan2(y: Tensor, x: Tensor): Tensor {
  return aten.atan2(y, x);
}

/** True where exactly one of two elements is. */
export function logicalXor(input: Tensor, other: Tensor): Tensor {
  return aten.logicalXor(input, other);
}

/** True where the element is ∞ or −∞. */
export function isInf(input: Tensor): Tensor {
  return aten.isinf(input);
}

/**
 * Puts numbers in the place of what is none.
 *
 * @param options.nan for NaN. @default 0
 * @param options.posinf for ∞. @default the greatest number of the type
 * @param options.neginf for −∞. @default the least number of the type
 */
export function nanToNum(
  input: Tensor,
  options: { nan?: number; posinf?: number; neginf?: number } = {},
): Tensor {
  const check = new OptionCheck('nanToNum');
  const { nan, posinf, neginf } = check.read(options, ['nan', 'posinf', 'neginf']);
  return aten.nanToNum(input, nan, posinf, neginf);
}
