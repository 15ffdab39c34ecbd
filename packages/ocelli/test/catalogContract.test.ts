import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Module, noGrad, setNumThreads, tensor } from '@ocelli/torch';
import { beforeAll, expect, test } from 'vitest';
import { countParameters } from '../src/models/countParameters.ts';
import { createModel } from '../src/models/catalog.ts';
import { fillByFormula, formulaNumbers } from './formulaWeights.ts';

// The numbers are torchvision's; see fixtures/make_models.py.

interface Published {
  readonly side: number;
  /** Learned numbers with 1000 classes. */
  readonly parameters: number;
  /** SHA-256 of one line `key [shape]` an entry of the state dict. */
  readonly keys: string;
  /** The first eight logits of two pictures. */
  readonly logits: readonly number[][];
}

const path = new URL('./fixtures/models.json', import.meta.url);
const published = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Published>;

beforeAll(() => setNumThreads(1)); // the work is small, and other tests run beside it

test.each(Object.entries(published))(
  '%s: keys, count and logits are those of the published network',
  (name, { side, parameters, keys, logits }) => {
    const model = createModel(name, { numClasses: 1000 });
    expect(countParameters(model).trainable).toBe(parameters);
    expect(keysDigest(model)).toBe(keys);
    fillByFormula(model.eval());
    const images = formulaNumbers(0, [2, 3, side, side]).mul(3);
    const answer = noGrad(() => model.forward(images)).narrow(1, 0, 8);
    const largest = Math.max(...logits.flat().map(Math.abs));
    const difference = answer.sub(tensor(logits)).abs().max().item();
    expect(difference / largest).toBeLessThan(1e-4);
  },
);

function keysDigest(model: Module): string {
  const lines = [...model.stateDict()].map(([key, { shape }]) => `${key} [${shape.join(',')}]\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}
