import {
  fuzzSafetensorsHeaders,
  type SafetensorsFuzzResult,
} from '../../packages/torch/test/safetensorsFuzz.ts';
import type { Finding, Proof } from './proof.ts';

const cases = 100_000;

/** Each kind of file has to be there: a fuzzer that makes no such files finds no fault in them. */
const least = { lawful: 10_000, untouched: 10_000, refused: 50_000, rules: 22 };

export const safetensorsFuzz: Proof = {
  name: 'safetensors-fuzz',
  claim:
    '100,000 malformed safetensors headers: each unlawful one is refused by its rule, none crashes.',
  run: () => {
    const result = fuzzSafetensorsHeaders({ cases });
    for (const { fault, base64 } of result.faults.slice(0, 10)) {
      console.error(`${fault}: ${base64}`);
    }
    return findingOf(result);
  },
};

/** Holds where files of every kind were tried, and no fault was found. */
export function findingOf(result: Omit<SafetensorsFuzzResult, 'cases'>): Finding {
  const { accepted, faults, slowestMs, untouched } = result;
  const counts = Object.values(result.refused);
  const refused = counts.reduce((a, b) => a + b, 0);
  const isTried =
    accepted + refused === cases &&
    accepted >= least.lawful &&
    untouched >= least.untouched &&
    refused >= least.refused &&
    counts.length >= least.rules;
  const figure =
    `${accepted + refused} headers: ${faults.length} faults, ${refused} refused by ${counts.length} rules, ` +
    `${accepted} lawful, ${untouched} of them untouched, slowest ${slowestMs.toFixed(1)} ms`;
  return { held: isTried && faults.length === 0, figure };
}
