import { compileAndRun, type NativeProgram } from './nativeProgram.ts';
import type { Finding, Proof } from './proof.ts';
import { possibleTargets, type VectorTarget } from './vectorTargets.ts';

/** Runs the kernels of the dense block on memory of exactly the documented sizes. */
export const denseBoundsProgram: NativeProgram = {
  file: 'denseBounds.cc',
  tables: { DENSE: 'dense_block/dense' },
};

export const denseBounds: Proof = {
  name: 'dense-bounds',
  claim: 'The kernels of the dense block read and write nothing outside their operands.',
  run: () => {
    // Without a sanitizer a read out of bounds would pass.
    const targets = possibleTargets().filter(({ sanitizers }) => sanitizers.length > 0);
    const findings = targets.map(prove);
    return {
      held: findings.length > 0 && findings.every(({ held }) => held),
      figure: findings.map(({ figure }) => figure).join(', '),
    };
  },
};

function prove(target: VectorTarget): Finding {
  const { ok, said, complaint } = compileAndRun(denseBoundsProgram, target);
  return { held: ok, figure: `${target.name}: ${ok ? said : complaint}` };
}
