import { noGrad } from '../autograd.ts';
import { emptyLike, full } from '../create.ts';
import { ShapeError } from '../errors.ts';
import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import { fillNormal, fillUniform, type RandomInitOptions } from './init.ts';

/** Options of {@link truncNormal}. */
export interface TruncNormalOptions extends RandomInitOptions {
  /** Mean of the distribution before it is cut. @default 0 */
  mean?: number;
  /** Standard deviation of the distribution before it is cut. @default 1 */
  std?: number;
  /** Least value, not in units of `std`. @default -2 */
  a?: number;
  /** Greatest value, not in units of `std`. @default 2 */
  b?: number;
}

const erfinvInPlace = operator('aten::erfinv_');
const erf = operator('aten::erf');
const qr = operator('aten::linalg_qr');
const diagonal = operator('aten::diagonal');

/**
 * Fills with normal numbers that lie within `[a, b]`, drawn by inverting the distribution.
 *
 * @returns `tensor`, filled in place.
 * @throws {OptionError} if `std` is not above 0 or `a` is not below `b`.
 */
export function truncNormal(tensor: Tensor, options: TruncNormalOptions = {}): Tensor {
  const check = new OptionCheck('truncNormal');
  const known = ['mean', 'std', 'a', 'b', 'generator'] as const;
  const { mean = 0, std = 1, a = -2, b = 2, generator } = check.read(options, known);
  check.number('mean', mean, []);
  check.positive('std', std);
  check.number('a', a, []);
  if (!(Number.isFinite(b) && b > a)) throw check.error('b', `a number above a (${a})`, b);
  const scale = std * Math.SQRT2;
  const bounds = [erfOf((a - mean) / scale), erfOf((b - mean) / scale)] as const;
  noGrad(() => {
    erfinvInPlace(fillUniform(tensor, bounds, generator));
    tensor.mul_(scale).add_(mean).clamp_({ min: a, max: b });
  });
  return tensor;
}

/** `erf` in double precision, which JavaScript's `Math` lacks. */
function erfOf(x: number): number {
  const value: Tensor = erf(full([], x, { dtype: 'float64' }));
  return value.item();
}

/**
 * Fills with a (semi-)orthogonal matrix: rows or columns, whichever are fewer, are orthonormal
 * when the tensor is seen as `(out, everything else)`.
 *
 * @param options.gain factor on the matrix. @default 1
 * @returns `tensor`, filled in place.
 * @throws {ShapeError} if `tensor` has fewer than 2 dimensions.
 * @see Saxe et al. 2014, https://arxiv.org/abs/1312.6120
 */
export function orthogonal(
  tensor: Tensor,
  options: RandomInitOptions & { gain?: number } = {},
): Tensor {
  const check = new OptionCheck('orthogonal');
  const { gain = 1, generator } = check.read(options, ['gain', 'generator']);
  check.number('gain', gain, []);
  const [rows = 0] = tensor.shape;
  if (tensor.dim < 2) throw tooFewDimensions('orthogonal', '2 dimensions or more', tensor);
  if (tensor.numel === 0) return tensor;
  const columns = tensor.numel / rows;
  noGrad(() => {
    const drawn = fillNormal(emptyLike(tensor).reshape([rows, columns]), [0, 1], generator);
    const matrix = rows < columns ? orthonormalColumns(drawn.t()).t() : orthonormalColumns(drawn);
    tensor.copy_(matrix.reshape(tensor.shape)).mul_(gain);
  });
  return tensor;
}

/** Q of QR, with the signs that make the result uniformly distributed. */
function orthonormalColumns(matrix: Tensor): Tensor {
  const [q, r]: [Tensor, Tensor] = qr(matrix);
  return q.mul(diagonal(r).sign());
}

/**
 * Fills with Dirac's delta, so that a convolution of stride 1 and padding 'same' passes on its
 * input channels, as many as there are outputs for.
 *
 * @param options.groups how many groups of channels the convolution has. @default 1
 * @returns `tensor` `(out, in per group, height, width)`, filled in place.
 * @throws {ShapeError} if `tensor` is not 4-dimensional.
 * @throws {OptionError} if `groups` does not divide `out`.
 */
export function dirac(tensor: Tensor, options: { groups?: number } = {}): Tensor {
  const check = new OptionCheck('dirac');
  const { groups = 1 } = check.read(options, ['groups']);
  const [outputs, inputs, height, width] = tensor.shape;
  if (
    outputs === undefined ||
    inputs === undefined ||
    height === undefined ||
    width === undefined
  ) {
    throw tooFewDimensions('dirac', '4-dimensional', tensor);
  }
  check.integer('groups', groups, 1);
  if (outputs % groups !== 0) throw check.error('groups', `a divisor of ${outputs}`, groups);
  const perGroup = outputs / groups;
  noGrad(() => {
    const centres = tensor
      .zero_()
      .select(3, width >> 1)
      .select(2, height >> 1); // (out, in)
    for (let group = 0; group < groups; group++) {
      diagonal(centres.narrow(0, group * perGroup, perGroup)).fill_(1);
    }
  });
  return tensor;
}

function tooFewDimensions(where: string, rule: string, { shape }: Tensor): ShapeError {
  return new ShapeError(`${where}: expected tensor to be ${rule}, got (${shape.join(', ')}).`);
}
