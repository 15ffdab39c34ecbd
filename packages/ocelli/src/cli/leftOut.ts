import type { Pictures } from '../data/openPictures.ts';

const picturesShown = 10;

/**
 * Says on stderr which pictures were left out, the first ten by name
 * (a reason begins with it); nothing if none was.
 *
 * @param foundCount how many there are, those left out among them.
 */
export function warnOfLeftOut(skipped: Pictures['skipped'], foundCount: number): void {
  if (skipped.length === 0) return;
  const listed = skipped.slice(0, picturesShown).map(({ reason }) => `  ${reason}`);
  const rest = skipped.length - listed.length;
  const lines = [
    `warning: ${skipped.length} of ${foundCount} pictures left out:`,
    ...listed,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}
