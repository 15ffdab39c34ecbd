import type { AttributeTable } from '../../data/table/attributeTable.ts';
import type { StandingOut } from '../../data/look/standOut.ts';
import { html, type Markup } from '../html/markup.ts';
import { grouped } from '../numbers.ts';
import type { InspectedPage } from './inspectedPage.ts';
import { picture, pictureList } from './pictureList.ts';

/** Files that are listed, and groups of copies that are shown. */
const shown = { files: 40, groups: 30, inGroup: 8, sizes: 12 };

/** What is known of the pictures without their labels: sizes, damage, copies, outliers. */
export function looksSection(page: InspectedPage): Markup {
  const { looks, table } = page;
  const unreadable = looks.unreadable.map(({ reason }) => reason);
  const missing = looks.missing.map((row) => table.pathOf(row));
  return html`${sizes(page)} ${fileList('Unreadable files', unreadable)}
  ${fileList('Missing files', missing)}
  ${groups(page, { title: 'Copies', note: 'Files with the same bytes.', rows: looks.copies })}
  ${groups(page, {
    title: 'Nearly the same',
    note: 'Files that differ, but whose 16 x 16 colours differ by 3 of 255 at most on average.',
    rows: looks.nearCopies,
  })}
  ${outliers(page, { title: 'Very dark', unit: 'mean', found: looks.dark })}
  ${outliers(page, { title: 'Very bright', unit: 'mean', found: looks.bright })}
  ${outliers(page, { title: 'Blurred', unit: 'log sharpness', found: looks.blurred })}`;
}

function sizes({ looks }: InspectedPage): Markup | undefined {
  if (looks.sizes.length === 0) return undefined;
  const most = Math.max(...looks.sizes.map(({ count }) => count));
  const rows = looks.sizes.slice(0, shown.sizes).map(
    ({ width, height, count }) =>
      html`<tr>
        <td>${width} x ${height}</td>
        <td class="n share" style="--v:${count / most}">${grouped(count)}</td>
      </tr>`,
  );
  const left = looks.sizes.length - rows.length;
  return html`<h3>Sizes</h3>
    <table class="narrow">
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${left > 0 && html`<p class="soft small">And ${grouped(left)} other sizes.</p>`}`;
}

function fileList(title: string, lines: readonly string[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  const left = lines.length - shown.files;
  return html`<h3>${title} <span class="soft">${grouped(lines.length)}</span></h3>
    <ul class="small name">
      ${lines.slice(0, shown.files).map((line) => html`<li>${line}</li>`)}
    </ul>
    ${left > 0 && html`<p class="soft small">And ${grouped(left)} more.</p>`}`;
}

interface Groups {
  readonly title: string;
  readonly note: string;
  readonly rows: readonly (readonly number[])[];
}

function groups(page: InspectedPage, { title, note, rows }: Groups): Markup | undefined {
  if (rows.length === 0) return undefined;
  const { table } = page;
  const lines = firstGroups(table, rows).map((group) => {
    const differing = differingLabels(table, group);
    return html`<tr class="attribute">
      <td>
        <div class="strip">${group.slice(0, shown.inGroup).map((row) => picture(page, row))}</div>
      </td>
      <td class="n">${group.length}</td>
      <td class="name">${table.pathOf(group[0] ?? 0)}</td>
      <td>${differing.length === 0 ? 'the same' : `differ in ${differing.join(', ')}`}</td>
    </tr>`;
  });
  const left = rows.length - lines.length;
  return html`<h3>${title} <span class="soft">${grouped(rows.length)}</span></h3>
    <p class="soft small">${note}</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>pictures</th>
            <th class="n">of them</th>
            <th>the first</th>
            <th>labels</th>
          </tr>
        </thead>
        <tbody>
          ${lines}
        </tbody>
      </table>
    </div>
    ${left > 0 && html`<p class="soft small">And ${grouped(left)} more.</p>`}`;
}

/** The attributes in which pictures that look the same differ. */
function differingLabels(table: AttributeTable, group: readonly number[]): readonly string[] {
  return table.names.filter(
    (name) => new Set(group.map((row) => table.labelOf(row, name))).size > 1,
  );
}

/** The groups that are shown: those whose labels differ come first. */
function firstGroups(
  table: AttributeTable,
  groups: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const counted = groups.map((group) => ({ group, count: differingLabels(table, group).length }));
  return counted
    .sort((a, b) => b.count - a.count)
    .slice(0, shown.groups)
    .map(({ group }) => group);
}

interface Outliers {
  readonly title: string;
  readonly unit: string;
  readonly found: readonly StandingOut[];
}

function outliers(page: InspectedPage, { title, unit, found }: Outliers): Markup | undefined {
  if (found.length === 0) return undefined;
  const values = new Map(found.map(({ row, value }) => [row, value]));
  const rows = found.map(({ row }) => row);
  const heading = (row: number) => (values.get(row) ?? 0).toFixed(1);
  return html`<h3>${title} <span class="soft">${grouped(found.length)}</span></h3>
    <p class="soft small">
      More than 3.5 robust deviations from the median; the number is the ${unit}.
    </p>
    ${pictureList(page, rows, heading)}`;
}

/** The rows whose pictures that section shows. */
export function rowsToShow(
  { looks, table }: Pick<InspectedPage, 'looks' | 'table'>,
  most: number,
): number[] {
  const { copies, nearCopies, dark, bright, blurred } = looks;
  const grouped = [copies, nearCopies].flatMap((all) =>
    firstGroups(table, all).flatMap((group) => group.slice(0, shown.inGroup)),
  );
  const alone = [dark, bright, blurred].flatMap((all) => all.slice(0, most).map(({ row }) => row));
  return [...grouped, ...alone];
}
