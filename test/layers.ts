// The order in which sources may import one another: each layer only itself and earlier ones.

/** A layer: files (without `.ts`) and folders (ending in `/`) of one rank. */
type Layer = readonly string[];

/** By package, from the innermost layer to the outermost. Where a new file goes is decided here. */
export const layers: Readonly<Record<string, readonly Layer[]>> = {
  torch: [
    ['errors', 'nearest'],
    ['environment'],
    ['options', 'native', 'dtype'],
    ['device', 'handle', 'nestedArray', 'print'],
    ['operator', 'overloads', 'memory'],
    ['tensor'],
    ['random', 'threads', 'version', 'kernels', 'autocast', 'operatorTypes', 'cudaGraph', 'cudnn'],
    ['aten.generated'],
    ['dispatch'],
    ['create', 'autograd'],
    ['functional/'],
    ['nn/', 'optim/', 'safetensors/'],
    ['index'],
  ],
  ocelli: [
    ['data/', 'models/'],
    ['augment/', 'metrics/'],
    ['train/loss/', 'train/schedules/', 'train/runFolder/'],
    ['train/experiment/'],
    ['train/runData/'],
    ['train/batches/'],
    ['train/evaluation/'],
    ['train/record/'],
    ['train/loop/'],
    ['train/checkpoints/'],
    ['train/assembly/'],
    ['train/memory/', 'train/predict/'],
    ['train/lrFinder/'],
    ['train/session/'],
    ['explain/'],
    ['report/', 'export/', 'serve/'],
    ['experiments/'],
    ['index'],
    ['cli/'],
  ],
};

/**
 * Rooms of the CPU kernels, from the innermost outwards: a room includes itself and those before it. What lies
 * beside the rooms (registration, choice of the instruction set) may include all.
 */
export const kernelRooms: readonly string[] = [
  'machine',
  'autograd',
  'vectors',
  'pixels',
  'optimizer',
  'batch_norm',
  'winograd',
  'conv3x3',
  'dense_block',
];

/** Path below the package's `src`, without extension. */
function memberOf(path: string): { name: string; member: string } | undefined {
  const match = /^packages\/([^/]+)\/src\/(.+)\.ts$/.exec(path);
  if (!match?.[1] || !match[2]) return undefined;
  return { name: match[1], member: match[2] };
}

/** Where `path` stands: its package, the rank of its layer, the layer's entry that holds it. */
export function placeOf(path: string): { name: string; rank: number; entry: string } | undefined {
  const found = memberOf(path);
  if (!found) return undefined;
  const holds = (entry: string): boolean =>
    entry.endsWith('/') ? found.member.startsWith(entry) : found.member === entry;
  for (const [rank, layer] of (layers[found.name] ?? []).entries()) {
    const entry = layer.find(holds);
    if (entry !== undefined) return { name: found.name, rank, entry };
  }
  return undefined;
}
