import { oneHot, oneHotColumns } from '../../data/table/oneHot.ts';
import { percentage } from '../html/figures.ts';
import { html, type Markup } from '../html/markup.ts';
import { grouped } from '../numbers.ts';
import type { InspectedPage } from './inspectedPage.ts';
import { picture } from './pictureList.ts';

/** Rows of a table's head. */
export const headRows = 6;

/** Names of one-hot columns that are shown. */
const mostColumns = 60;

/** The first rows of the table, and the same as ones and zeros, turned on its side. */
export function headTables(page: InspectedPage): Markup {
  const { table } = page;
  const rows = [...Array(Math.min(headRows, table.length)).keys()];
  const head = rows.map(
    (row) =>
      html`<tr class="row">
        <td>${picture(page, row)}</td>
        <td class="name">${table.pathOf(row)}</td>
        ${table.names.map((name) => html`<td>${table.labelOf(row, name) ?? '–'}</td>`)}
      </tr>`,
  );
  return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th></th>
            <th>${table.imageColumn}</th>
            ${table.names.map((name) => html`<th>${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${head}
        </tbody>
      </table>
    </div>
    <h3>As ones and zeros</h3>
    ${oneHotHead(page, rows)}`;
}

function oneHotHead({ table }: InspectedPage, rows: readonly number[]): Markup {
  const names = oneHotColumns(table.schema);
  const ones = oneHot(table.subset(Int32Array.from(rows)));
  const lines = names.slice(0, mostColumns).map(
    (name, column) =>
      html`<tr>
        <td>${name}</td>
        ${rows.map((row) => html`<td class="n">${ones[row * names.length + column] ?? 0}</td>`)}
      </tr>`,
  );
  const left = names.length - lines.length;
  return html`<div class="scroll">
      <table class="narrow">
        <thead>
          <tr>
            <th>row</th>
            ${rows.map((row) => html`<th class="n">${row + 1}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${lines}
        </tbody>
      </table>
    </div>
    ${left > 0 && html`<p class="soft small">And ${grouped(left)} more columns.</p>`}`;
}

/** One row an attribute: how many labels, how many different, which is the most frequent. */
export function description({ inspection, table }: InspectedPage): Markup {
  const rows = Object.entries(inspection.attributes).map(([name, facts], index) => {
    const { labelled, missing, classes, majorityBaseline, imbalance } = facts;
    const top = Math.max(...classes.map(({ count }) => count));
    const present = classes.filter(({ count }) => count > 0).length;
    return html`<tr>
      <td><a href="#attribute-${index}">${name}</a></td>
      <td class="n">${grouped(labelled)}</td>
      <td class="n">${grouped(missing)}</td>
      <td class="n">${present}</td>
      <td>${majorityBaseline.label}</td>
      <td class="n">${grouped(top)}</td>
      <td class="n">${percentage(majorityBaseline.share)}</td>
      <td class="n">${imbalance === null ? '–' : `1 : ${imbalance.toFixed(1)}`}</td>
    </tr>`;
  });
  return html`<p class="soft small">
      ${grouped(table.length)} rows. The share of the most frequent class is what an answer gets
      right that looks at no picture.
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>attribute</th>
            <th class="n">labels</th>
            <th class="n">missing</th>
            <th class="n">different</th>
            <th>most frequent</th>
            <th class="n">of it</th>
            <th class="n">share</th>
            <th class="n">rarest : commonest</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}
