import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { checkKernels, type CpuKernels } from '@ocelli/torch/environment';
import { addonPath, findBlas, findLibtorch, setupCommand } from '@ocelli/torch/find-libtorch';
import type { Libtorch } from '@ocelli/torch/find-libtorch';
import { cardsText, type GraphicsCard, graphicsCards } from '../../train/memory/graphicsCards.ts';
import { type Check, good, missing, weak } from './check.ts';
import { probe } from './probe.ts';

const installLibtorch = `Run ${setupCommand}, which brings it, or set LIBTORCH to the folder of an unpacked one.`;

/** What the native addon says about itself when it loads. */
interface AddonAnswer {
  readonly version: string;
  readonly config: string;
  readonly kernels: CpuKernels;
  readonly cudaDevices: number;
}

/** libtorch, its linear algebra, the native addon and, if that loads, what it runs on. */
export async function engineChecks(): Promise<Check[]> {
  const { check, libtorch } = lookForLibtorch();
  const blas = libtorch ? [blasCheck(libtorch)] : [];
  return [check, ...blas, ...(await addonChecks(libtorch))];
}

function lookForLibtorch(): { check: Check; libtorch?: Libtorch } {
  try {
    const { libtorch, passedOver } = findLibtorch();
    const others = passedOver.map(({ root, reason }) => `; ${root} ${reason}`).join('');
    if (!libtorch) return { check: missing('libtorch', `none${others}`, installLibtorch) };
    const build = libtorch.cuda ? 'with CUDA' : 'CPU only';
    const place = `${libtorch.version} (${libtorch.source}: ${libtorch.root}, ${build})`;
    return { libtorch, check: good('libtorch', place + others) };
  } catch (error) {
    return { check: missing('libtorch', (error as Error).message, installLibtorch) };
  }
}

function blasCheck(libtorch: Libtorch): Check {
  const blas = findBlas(libtorch);
  if (!blas) return good('BLAS', 'not known on this system');
  const found = blas.path === undefined ? blas.name : `${blas.name} (${blas.path})`;
  if (blas.state === 'fast') return good('BLAS', found);
  const remedy = 'Run apt-get install libopenblas0-openmp.';
  if (blas.state === 'missing') return missing('BLAS', `${found} is not installed`, remedy);
  return weak('BLAS', `${found}, 70 times slower`, remedy);
}

async function addonChecks(libtorch: Libtorch | undefined): Promise<Check[]> {
  if (!existsSync(addonPath)) {
    return [missing('native addon', 'not built', `Run ${setupCommand}.`)];
  }
  const { ok, stdout, problem } = await probe(process.execPath, ['-e', askAddon, addonPath]);
  if (!ok) {
    return [missing('native addon', `does not load: ${problem}`, `Run ${setupCommand} again.`)];
  }
  const answer = JSON.parse(stdout) as AddonAnswer; // written by askAddon, below
  return [
    addonCheck(answer, libtorch),
    cpuUse(answer),
    kernelsCheck(answer),
    threadsCheck(),
    cudaCheck(answer, libtorch),
  ];
}

const askAddon = `
  const addon = require(process.argv[1]);
  const counted = { kernels: addon.cpuKernels(), cudaDevices: addon.cudaDeviceCount() };
  console.log(JSON.stringify({ ...addon.libtorchVersion(), ...counted }));
`;

function addonCheck({ version }: AddonAnswer, libtorch: Libtorch | undefined): Check {
  const built = `built for libtorch ${version}, loads`;
  const sameRelease = numbersOf(version) === numbersOf(libtorch?.version ?? version);
  if (sameRelease) return good('native addon', built);
  const remedy = `Run ${setupCommand} to build it for the libtorch found now.`;
  return weak('native addon', built, remedy);
}

/** Without the ends that name a build: `2.5.1+cpu`, `1.13.0a0`. */
function numbersOf(version: string): string | undefined {
  return /^\d+\.\d+\.\d+/.exec(version)?.[0];
}

function cpuUse({ config }: AddonAnswer): Check {
  const capability = /CPU capability usage: (\S+)/.exec(config)?.[1] ?? 'not said';
  const plain = /DEFAULT|NO AVX/i.test(capability);
  if (!plain) return good('vector code', capability);
  return weak('vector code', capability, 'Unset ATEN_CPU_CAPABILITY, or use a CPU with AVX2.');
}

/** Which of Ocelli's own kernels the processor runs. */
export function kernelsCheck(
  { kernels }: Pick<AddonAnswer, 'kernels'>,
  setting: string | undefined = process.env['OCELLI_KERNELS'],
): Check {
  try {
    checkKernels({ OCELLI_KERNELS: setting }, kernels);
  } catch (error) {
    return missing('own kernels', (error as Error).message, 'Unset OCELLI_KERNELS.');
  }
  if (kernels !== 'none') return good('own kernels', kernels);
  const remedy = setting === 'off' ? 'Unset OCELLI_KERNELS.' : 'Use a CPU with AVX2 or NEON.';
  return weak('own kernels', "none, libtorch's operators compute everything", remedy);
}

/** Threads that libtorch will use on so many cores. */
export function threadsCheck(cores: number = availableParallelism()): Check {
  const set = Number(process.env['OMP_NUM_THREADS']);
  if (!set) return good('threads', `${cores} (all cores)`);
  const found = `${set} of ${cores} cores (OMP_NUM_THREADS)`;
  return set >= cores ? good('threads', found) : weak('threads', found, 'Unset OMP_NUM_THREADS.');
}

/** What libtorch can do with graphics cards, and what they are. */
export function cudaCheck(
  { cudaDevices, config }: Pick<AddonAnswer, 'cudaDevices' | 'config'>,
  libtorch: Pick<Libtorch, 'cuda'> | undefined,
  cards: () => readonly GraphicsCard[] | undefined = graphicsCards,
): Check {
  if (cudaDevices > 0) {
    const count = cudaDevices === 1 ? '1 device' : `${cudaDevices} devices`;
    return good('CUDA', `${count}: ${cardsText(cards(), config)}`);
  }
  if (!libtorch?.cuda) return good('CUDA', 'not in this libtorch');
  return weak('CUDA', 'in libtorch, but no device is found', 'Check the driver with nvidia-smi.');
}
