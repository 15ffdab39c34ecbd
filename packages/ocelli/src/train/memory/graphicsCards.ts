import { execFileSync } from 'node:child_process';

/** A graphics card as its driver tells of it. */
export interface GraphicsCard {
  readonly name: string;
  /** Bytes; `null` where the driver does not say, as of a part of a card. */
  readonly memory: number | null;
  /** Bytes that nobody uses at the moment. */
  readonly free: number | null;
  /** Version of the driver. */
  readonly driver: string;
}

const query = ['name', 'memory.total', 'memory.free', 'driver_version'].join(',');

/**
 * The cards that this process may use, as NVIDIA's `nvidia-smi` tells of them, since libtorch's operators say
 * nothing about their device. Its order is libtorch's where the cards are alike; of different ones libtorch
 * counts the fastest first, unless CUDA_DEVICE_ORDER is PCI_BUS_ID.
 *
 * @returns nothing where that program is not there or does not know them.
 */
export function graphicsCards(): readonly GraphicsCard[] | undefined {
  const visible = process.env['CUDA_VISIBLE_DEVICES'];
  const chosen = visible === undefined ? [] : [`--id=${visible}`];
  const words = [`--query-gpu=${query}`, '--format=csv,noheader,nounits', ...chosen];
  try {
    const text = execFileSync('nvidia-smi', words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    });
    return cardsIn(text);
  } catch {
    return undefined; // no such program, or it knows no such card: both mean that nothing is known
  }
}

/** Reads what `nvidia-smi` prints, a line a card: `NVIDIA H100 80GB HBM3, 81559, 81078, 550.90.07`. */
export function cardsIn(text: string): GraphicsCard[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [name = '', memory = '', free = '', driver = ''] = line.split(',').map((c) => c.trim());
    return { name, memory: bytesIn(memory), free: bytesIn(free), driver };
  });
}

function bytesIn(mebibytes: string): number | null {
  return /^\d+$/.test(mebibytes) ? Number(mebibytes) * 2 ** 20 : null;
}

/**
 * Cards in words: `NVIDIA H100 80GB HBM3, 79.6 GiB, driver 550.90.07, CUDA 12.4`.
 *
 * @param config how libtorch was built, which names its CUDA.
 */
export function cardsText(
  cards: readonly Omit<GraphicsCard, 'free'>[] | undefined,
  config: string,
): string {
  const [, cuda] = /CUDA Runtime (\d+(?:\.\d+)*)/.exec(config) ?? [];
  const version = cuda === undefined ? [] : [`CUDA ${cuda}`];
  if (cards === undefined || cards.length === 0) return ['not known', ...version].join(', ');
  const each = cards.map(({ name, memory, driver }) => {
    const size = memory === null ? [] : [`${(memory / 2 ** 30).toFixed(1)} GiB`];
    return [name, ...size, `driver ${driver}`].join(', ');
  });
  return [each.join('; '), ...version].join(', ');
}
