import { dropout } from '../functional/activation.ts';
import { OptionCheck } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';

/** Options of {@link Dropout}. */
export interface DropoutOptions {
  /** Probability of an element to be dropped. @default 0.5 */
  p?: number;
}

/**
 * In training, sets elements to 0 with probability `p` and divides the others by `1 − p`; in
 * evaluation it passes its input on. Drawn from the device's generator, see `manualSeed`.
 *
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 */
export class Dropout extends Module {
  readonly #p: number;

  constructor(options: DropoutOptions = {}) {
    super();
    const check = new OptionCheck('Dropout');
    const { p = 0.5 } = check.read(options, ['p']);
    this.#p = check.number('p', p, [0, 1]);
  }

  forward(input: Tensor): Tensor {
    return dropout(input, { p: this.#p, training: this.training });
  }
}
