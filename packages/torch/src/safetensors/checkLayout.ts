import type { SafetensorsEntry } from './header.ts';
import { refuser, tensorRefuser } from './safetensorsError.ts';

/**
 * Checks that the tensors cover the data exactly: no byte twice, none unused, none beyond the file.
 * A file with unused bytes could at the same time be a file of another kind.
 *
 * @param dataBytes bytes of the file after its header.
 * @returns the entries in the order of their bytes.
 * @throws {SafetensorsError} naming the tensor at which the cover fails.
 */
export function checkLayout(
  entries: readonly SafetensorsEntry[],
  dataBytes: number,
  path: string,
): SafetensorsEntry[] {
  const ordered = entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const entry of ordered) {
    checkAdjacent(entry, covered, path);
    covered = entry.end;
  }
  checkCovered(ordered.at(-1), covered, dataBytes, path);
  return ordered;
}

function checkAdjacent(entry: SafetensorsEntry, covered: number, path: string): void {
  const { name, begin } = entry;
  const refuse = tensorRefuser(path, name);
  const rule = `at byte ${covered}, where the one before it ends`;
  if (begin < covered) refuse('overlap', rule, `byte ${begin}, which is another tensor's`);
  if (begin > covered) refuse('hole', rule, `byte ${begin}, with unused bytes before it`);
}

// eslint-disable-next-line max-params
function checkCovered(
  last: SafetensorsEntry | undefined,
  covered: number,
  dataBytes: number,
  path: string,
): void {
  if (covered > dataBytes && last !== undefined) {
    const refuse = tensorRefuser(path, last.name);
    refuse('dataTruncated', `within the ${dataBytes} bytes of data`, `an end at byte ${covered}`);
  }
  if (covered < dataBytes) {
    const refuse = refuser(path, 'the data');
    refuse('trailingBytes', `${covered} bytes long, the sum of the tensors`, String(dataBytes));
  }
}
