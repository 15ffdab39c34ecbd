/**
 * Colours of charts, as drawn for light paper. Blue and vermilion are told apart by every kind of colour
 * vision.
 *
 * @see Okabe & Ito 2008, Color Universal Design, https://jfly.uni-koeln.de/color/
 */
export const light = {
  paper: '#ffffff',
  ink: '#333a40',
  faint: '#767c82',
  rule: '#e3e5e8',
  train: '#0072b2',
  validation: '#d55e00',
  fill: '#1f6fa8',
  onFill: '#fefefe',
} as const;

/** What each of them becomes on a dark page. */
const dark: Readonly<Record<keyof typeof light, string>> = {
  paper: '#14171a',
  ink: '#d5d9dd',
  faint: '#949aa0',
  rule: '#30353a',
  train: '#56b4e9',
  validation: '#f0863c',
  fill: '#4a9ad4',
  onFill: '#fefefe',
};

/** CSS that repaints charts drawn in the light colours, for a dark page. */
export function darkChartRules(): string {
  const names = Object.keys(light) as (keyof typeof light)[]; // of a literal object
  return repainting(names.map((name) => [light[name], dark[name]]));
}

/** CSS that paints what has one colour in another, inside drawings. */
export function repainting(pairs: readonly (readonly [from: string, to: string])[]): string {
  return pairs
    .flatMap(([from, to]) => [
      `svg [fill="${from}"]{fill:${to}}`,
      `svg [stroke="${from}"]{stroke:${to}}`,
    ])
    .join('\n');
}
