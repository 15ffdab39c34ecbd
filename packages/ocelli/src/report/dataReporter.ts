import type { DataListeners } from '../train/runData/runData.ts';
import type { Output } from './consoleReporter.ts';
import { grouped } from './numbers.ts';

/** What to call while pictures are fetched and decoded, and what to call when that is over. */
export interface DataReporter {
  readonly listeners: Required<Pick<DataListeners, 'onDecode' | 'onDownload'>>;
  /** The same for pictures that are drawn or looked at; opening a data set does not know it. */
  readonly onDraw: Required<DataListeners>['onDecode'];
  readonly onLook: Required<DataListeners>['onDecode'];
  /** Ends the line that is being drawn over. */
  readonly end: () => void;
}

const secondsBetweenLines = { terminal: 0.1, plain: 10 };

/** Shows the work that is done once for a data set; nothing at all when the cache has it. */
export function dataReporter(
  out: Output,
  now: () => number = performance.now.bind(performance),
): DataReporter {
  const isTerminal = out.isTTY === true;
  const pause = 1000 * (isTerminal ? secondsBetweenLines.terminal : secondsBetweenLines.plain);
  let lastAt = -Infinity;
  let isOpen = false;
  function show(text: string, isLast: boolean): void {
    if (!isLast && now() - lastAt < pause) return;
    lastAt = now();
    out.write(isTerminal ? `\r${text}` : `${text}\n`);
    isOpen = isTerminal;
  }
  function end(): void {
    if (isOpen) out.write('\n');
    isOpen = false;
  }
  return {
    end,
    onDraw: ({ done, total }) =>
      show(`drawing: ${grouped(done)} of ${grouped(total)}`, done === total),
    onLook: ({ done, total }) =>
      show(`looking at pictures: ${grouped(done)} of ${grouped(total)}`, done === total),
    listeners: {
      onDecode: ({ done, total }) =>
        show(`decoding pictures, once: ${grouped(done)} of ${grouped(total)}`, done === total),
      onDownload: ({ doneBytes, totalBytes }) => {
        const [done, total] = [doneBytes, totalBytes].map((bytes) => Math.round(bytes / 1e6));
        show(`downloading: ${done} of ${total} MB`, doneBytes === totalBytes);
      },
    },
  };
}
