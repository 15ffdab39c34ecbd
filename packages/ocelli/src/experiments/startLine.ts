import type { StartReport } from '../train/checkpoints/startWeights.ts';

/**
 * What weights of elsewhere a network has begun with, for people:
 * `weights: 318 of 330 tensors from runs/faces/1; new: heads`.
 */
export function startLine(source: string, { taken, fresh }: StartReport): string {
  const counts = `${taken.length} of ${taken.length + fresh.length} tensors`;
  const parts = [...new Set(fresh.map((key) => wholePart(key, taken)))];
  return `weights: ${counts} from ${source}${parts.length === 0 ? '' : `; new: ${parts.join(', ')}`}`;
}

/** The largest part of the network around an entry of which nothing was taken. */
function wholePart(key: string, taken: readonly string[]): string {
  const steps = key.split('.');
  const parts = steps.map((_, index) => steps.slice(0, index + 1).join('.'));
  return parts.find((part) => !taken.some((one) => one.startsWith(`${part}.`))) ?? key;
}
