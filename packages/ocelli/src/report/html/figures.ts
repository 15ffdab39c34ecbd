import { type Content, html, type Markup, trusted } from './markup.ts';
import type { Drawing } from '../charts/chart.ts';

/** A chart on the page; what it shows is said in `label` for those who cannot see it. */
export function chart({ width, height, content }: Drawing, label: string): Markup {
  return html`<figure style="margin:0">
    <svg
      viewBox="0 0 ${width} ${height}"
      width="${width}"
      height="${height}"
      style="--w:${width}px"
      role="img"
      aria-label="${label}"
    >
      ${trusted(content)}
    </svg>
  </figure>`;
}

/** A table of two columns. */
export function facts(rows: readonly (readonly [string, Content])[]): Markup {
  return html`<table class="set">
    <tbody>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <td class="soft">${name}</td>
            <td class="name">${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** `91.8 %`, never torn apart, or a dash for a figure over nothing. */
export function percentage(share: number | null | undefined): string {
  return typeof share === 'number' && Number.isFinite(share)
    ? `${(share * 100).toFixed(1)}\u00a0%`
    : '–';
}

/** Four decimals, scientific where those would be a long row of digits, or a dash. */
export function decimal(value: number | null | undefined): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '–';
  return Math.abs(value) < 1e4 ? value.toFixed(4) : value.toExponential(2);
}
