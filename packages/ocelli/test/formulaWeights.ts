import { fromTypedArray, type Module, noGrad, type Tensor } from '@ocelli/torch';

const period = 2003;

/** The formula of fixtures/make_models.py: numbers in ±0.5 for one entry of a state dict. */
export function formulaNumbers(entry: number, shape: readonly number[]): Tensor {
  const once = Float32Array.from(
    { length: period },
    (_, j) => ((31 * j * j + 1103 * j + 97 * entry) % period) / period - 0.5,
  );
  const count = shape.reduce((product, size) => product * size, 1);
  return fromTypedArray(once, [period])
    .repeat([Math.floor(count / period) + 1])
    .narrow(0, 0, count)
    .reshape(shape);
}

/** Gives every parameter and running statistic the number that the formula has for it. */
export function fillByFormula(model: Module): void {
  noGrad(() => {
    for (const [entry, [key, value]] of [...model.stateDict()].entries()) {
      if (value.dtype === 'float32') value.copy_(scaled(key, formulaNumbers(entry, value.shape)));
    }
  });
}

function scaled(key: string, u: Tensor): Tensor {
  if (key.endsWith('running_var')) return u.add(1);
  if (key.endsWith('running_mean') || key.endsWith('.bias')) return u.mul(0.1);
  const fanIn = u.numel / (u.shape[0] ?? 1);
  return fanIn === 1 ? u.mul(0.5).add(0.6) : u.mul(2 * Math.sqrt(6 / fanIn));
}
