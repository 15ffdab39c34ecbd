import { compileAndRun, type NativeProgram } from './nativeProgram.ts';
import type { Finding, Proof } from './proof.ts';
import { possibleTargets, type VectorTarget } from './vectorTargets.ts';

const shapes = 300;

/** Runs the convolutions on odd shapes. */
export const kernelBoundsProgram: NativeProgram = {
  file: 'kernelBounds.cc',
  tables: { KERNELS: 'winograd/winograd' },
  besides: ['winograd/areas.cc'],
};

export const kernelBounds: Proof = {
  name: 'kernel-bounds',
  claim:
    `The 3x3 convolution kernels read and write nothing out of bounds on ${shapes} odd shapes under ` +
    'AddressSanitizer, and agree with plain loops in double precision. (Kernels for ARM run in an emulator, ' +
    'without AddressSanitizer.)',
  run: () => {
    const findings = possibleTargets().map(prove);
    return {
      held: findings.length > 0 && findings.every(({ held }) => held),
      figure: findings.map(({ figure }) => figure).join('; '),
    };
  },
};

function prove(target: VectorTarget): Finding {
  const { ok, said, complaint } = compileAndRun(kernelBoundsProgram, target, [String(shapes)]);
  return { held: ok, figure: ok ? said : `${target.name}: ${said || complaint}` };
}
