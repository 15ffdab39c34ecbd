import { darkChartRules, repainting } from '../charts/palette.ts';

/**
 * What only diagrams are painted with, on light paper and on dark. No two are the same on light paper, so
 * that a dark page can tell them apart.
 */
const pairs = {
  input: ['#343a41', '#4b535b'],
  output: ['#d45d00', '#b0500c'],
  convolution: ['#eaf3f9', '#182733'],
  block: ['#d6e7f3', '#1d3a50'],
  dense: ['#fcefe5', '#38271a'],
  pool: ['#eef0f2', '#262b30'],
  merge: ['#e5f4ee', '#173328'],
  skip: ['#009e73', '#2fc79b'],
  words: ['#5a6268', '#aab1b8'],
  trunk: ['#f6f9fb', '#171e24'],
  trunkEdge: ['#bcd3e3', '#33505f'],
  tower: ['#fdf7f2', '#211b16'],
  towerEdge: ['#edcdb4', '#5f4735'],
  blockEdge: ['#c9d2d9', '#434b53'],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

type ColourName = keyof typeof pairs;

/** The colours of a diagram on light paper. */
export const diagramColours = Object.fromEntries(
  Object.entries(pairs).map(([name, [light]]) => [name, light]),
) as { readonly [Name in ColourName]: string }; // of the keys of a literal object

/** CSS that repaints diagrams for a dark page. */
export function darkDiagramRules(): string {
  return `${darkChartRules()}\n${repainting(Object.values(pairs))}`;
}
