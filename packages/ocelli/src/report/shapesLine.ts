import { headsOf } from '../data/labelNames.ts';
import type { PictureFacts } from '../train/runData/runData.ts';

/** What a batch is made of: `a batch is (64, 3, 80, 80), its labels (64, 8)`. */
export function shapesLine(
  batchSize: number,
  { height, width, labelNames }: Pick<PictureFacts, 'height' | 'width' | 'labelNames'>,
): string {
  const labels = 'classes' in labelNames ? [batchSize] : [batchSize, headsOf(labelNames).length];
  return `a batch is (${[batchSize, 3, height, width].join(', ')}), its labels (${labels.join(', ')})`;
}
