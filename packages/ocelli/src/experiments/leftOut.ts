import type { Pictures } from '../data/openPictures.ts';

const picturesShown = 10;

/**
 * Which pictures were left out, the first ten by name (a reason begins with it); no line if none was.
 *
 * @param foundCount how many there are, those left out among them.
 */
export function leftOutLines(skipped: Pictures['skipped'], foundCount: number): string[] {
  if (skipped.length === 0) return [];
  const listed = skipped.slice(0, picturesShown).map(({ reason }) => `  ${reason}`);
  const rest = skipped.length - listed.length;
  return [
    `warning: ${skipped.length} of ${foundCount} pictures left out:`,
    ...listed,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

/** Says on stderr which pictures were left out. */
export function warnOfLeftOut(skipped: Pictures['skipped'], foundCount: number): void {
  for (const line of leftOutLines(skipped, foundCount)) process.stderr.write(`${line}\n`);
}
