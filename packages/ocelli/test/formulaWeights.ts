import { empty, fromTypedArray, type Module, noGrad, scope, type Tensor } from '@ocelli/torch';

const period = 2003;
/** 31 j² + 1103 j, of every j of a period. */
const polynomial = Int32Array.from({ length: period }, (_, j) => (31 * j * j + 1103 * j) % period);

/** The formula of fixtures/make_models.py: numbers in ±0.5 for one entry of a state dict. */
export function formulaNumbers(entry: number, shape: readonly number[]): Tensor {
  const numbers = empty([...shape]);
  repeatInto(numbers, onePeriod(entry));
  return numbers;
}

/**
 * Gives every parameter and running statistic the number that the formula has for it.
 *
 * @param shift added to the numbers of the entries.
 */
export function fillByFormula(model: Module<Tensor, unknown>, shift = 0): void {
  noGrad(() => {
    for (const [entry, [key, value]] of [...model.stateDict()].entries()) {
      if (value.dtype !== 'float32') continue;
      scope(() => repeatInto(value, scaled(key, value.shape, onePeriod(entry + shift))));
    }
  });
}

function onePeriod(entry: number): Tensor {
  const numbers = new Float32Array(period);
  for (let j = 0; j < period; j++) {
    numbers[j] = (((polynomial[j] ?? 0) + 97 * entry) % period) / period - 0.5;
  }
  return fromTypedArray(numbers, [period]);
}

/** Writes a period again and again, in one pass over the memory of what may be millions of numbers. */
function repeatInto(target: Tensor, once: Tensor): void {
  const flat = target.reshape([-1]);
  const whole = Math.floor(target.numel / period);
  if (whole > 0) {
    const rows = flat.narrow(0, 0, whole * period).reshape([whole, period]);
    rows.copy_(once.expand([whole, period]));
  }
  const rest = target.numel - whole * period;
  if (rest > 0) flat.narrow(0, whole * period, rest).copy_(once.narrow(0, 0, rest));
}

function scaled(key: string, shape: readonly number[], u: Tensor): Tensor {
  if (key.endsWith('running_var')) return u.add(1);
  if (key.endsWith('running_mean') || key.endsWith('.bias')) return u.mul(0.1);
  const numel = shape.reduce((product, size) => product * size, 1);
  const fanIn = numel / (shape[0] ?? 1);
  return fanIn === 1 ? u.mul(0.5).add(0.6) : u.mul(2 * Math.sqrt(6 / fanIn));
}
