// Pieces of an SVG drawing as text.

/** Two decimals are a fiftieth of a pixel in the largest picture that is drawn. */
export function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Path data with every number rounded: `` d`M${x} 0L5 5` ``. */
export function d(strings: TemplateStringsArray, ...values: readonly number[]): string {
  return strings.map((text, i) => text + (i < values.length ? round(values[i] ?? 0) : '')).join('');
}

/** A filled shape. */
export function shape(data: string, fill: string, more = ''): string {
  return `<path d="${data}" fill="${fill}"${more === '' ? '' : ` ${more}`}/>`;
}

/** A round-ended line of some width. */
export function stroke(data: string, colour: string, width: number): string {
  const ends = 'stroke-linecap="round" stroke-linejoin="round"';
  return `<path d="${data}" fill="none" stroke="${colour}" stroke-width="${round(width)}" ${ends}/>`;
}

/** Where an ellipse lies and how far it reaches. */
export interface Oval {
  readonly x: number;
  readonly y: number;
  readonly rx: number;
  readonly ry?: number;
}

/** An ellipse, a circle without `ry`. */
export function oval({ x, y, rx, ry = rx }: Oval, fill: string, more = ''): string {
  const place = `cx="${round(x)}" cy="${round(y)}" rx="${round(rx)}" ry="${round(ry)}"`;
  return `<ellipse ${place} fill="${fill}"${more === '' ? '' : ` ${more}`}/>`;
}

/** Pieces drawn together, moved, scaled or turned. */
export function group(transform: string, ...pieces: readonly string[]): string {
  return `<g transform="${transform}">${pieces.join('')}</g>`;
}

/** The same piece on both sides of the middle line. */
export function mirrored(piece: string): string {
  return piece + group('scale(-1 1)', piece);
}
