import { fuzzSafetensorsHeaders } from '../../packages/torch/test/safetensorsFuzz.ts';
import type { Proof } from './proof.ts';

export const safetensorsFuzz: Proof = {
  name: 'safetensors-fuzz',
  claim:
    '100,000 malformed safetensors headers: each unlawful one is refused by its rule, none crashes.',
  run: () => {
    const { accepted, cases, faults, refused, slowestMs } = fuzzSafetensorsHeaders();
    for (const { fault, base64 } of faults.slice(0, 10)) console.error(`${fault}: ${base64}`);
    const rules = Object.keys(refused).length;
    const figure =
      `${cases} headers: ${faults.length} faults, ${cases - accepted} refused by ${rules} rules, ` +
      `${accepted} lawful, slowest ${slowestMs.toFixed(1)} ms`;
    return { held: faults.length === 0, figure };
  },
};
