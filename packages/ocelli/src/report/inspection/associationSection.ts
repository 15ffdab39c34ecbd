import type { Association } from '../../data/table/association.ts';
import { oneHot, oneHotColumns } from '../../data/table/oneHot.ts';
import { columnCorrelations } from '../../data/table/columnCorrelations.ts';
import { type MatrixCell, matrixChart } from '../charts/matrixChart.ts';
import { chart } from '../html/figures.ts';
import { html, type Markup } from '../html/markup.ts';
import { grouped } from '../numbers.ts';
import type { InspectedPage } from './inspectedPage.ts';

/** One-hot columns up to which their correlations are drawn. */
const mostColumns = 60;

/** Pairs of attributes that are listed. */
const mostPairs = 30;

/** How much attributes say about one another; nothing where there is only one. */
export function associationSection({ inspection, table }: InspectedPage): Markup | undefined {
  const { associations } = inspection;
  if (associations.length === 0) return undefined;
  const names: readonly string[] = table.names;
  const columns = oneHotColumns(table.schema);
  const strengths = matrixChart({
    id: 'v',
    title: "Cramér's V",
    note: '0: independent, 1: one follows from the other',
    names,
    cells: associations.flatMap((pair) => cellsOf(pair, names)),
  });
  return html`<h2 id="association">Association</h2>
    <div class="split">
      <div class="matrix">${chart(strengths, "Cramér's V of every pair of attributes")}</div>
      <div>${pairTable(associations)}</div>
    </div>
    ${columns.length <= mostColumns && correlations(columns, oneHot(table))}`;
}

function cellsOf({ a, b, cramersV }: Association, names: readonly string[]): MatrixCell[] {
  const [i, j] = [names.indexOf(a), names.indexOf(b)];
  const own = { share: cramersV ?? 0, text: cramersV === null ? '–' : cramersV.toFixed(2) };
  return [
    { ...own, column: i, row: j },
    { ...own, column: j, row: i },
  ];
}

function pairTable(associations: readonly Association[]): Markup {
  const rows = associations.slice(0, mostPairs).map(
    ({ a, b, cramersV, chiSquared, freedom, rows: count }) =>
      html`<tr>
        <td>${a}, ${b}</td>
        <td class="n share" style="--v:${cramersV ?? 0}">${cramersV?.toFixed(3) ?? '–'}</td>
        <td class="n">${chiSquared?.toFixed(1) ?? '–'}</td>
        <td class="n">${freedom ?? '–'}</td>
        <td class="n">${grouped(count)}</td>
      </tr>`,
  );
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>attributes</th>
          <th class="n">V</th>
          <th class="n">χ²</th>
          <th class="n">freedom</th>
          <th class="n">rows</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function correlations(names: readonly string[], ones: Uint8Array): Markup {
  const values = columnCorrelations(ones, names.length);
  const cells = names.flatMap((_, row) =>
    names.flatMap((_, column): MatrixCell[] => {
      const value = values[row * names.length + column] ?? NaN;
      if (row === column || Number.isNaN(value)) return [];
      const text = Math.abs(value) < 0.005 ? '' : value.toFixed(2).replace('0.', '.');
      return [{ row, column, share: Math.abs(value), text, isNegative: value < 0 }];
    }),
  );
  const drawn = matrixChart({
    id: 'r',
    title: 'Correlation of classes',
    note: 'of the columns of ones and zeros; the second colour is below 0',
    names,
    cells,
  });
  return html`<h3>Classes</h3>
    <div class="matrix">${chart(drawn, 'Correlation of every pair of classes')}</div>`;
}
