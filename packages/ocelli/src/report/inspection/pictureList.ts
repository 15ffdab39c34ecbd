import { html, type Content, type Markup } from '../html/markup.ts';
import { grouped } from '../numbers.ts';
import type { InspectedPage } from './inspectedPage.ts';

/** Pictures of one list that are shown. */
export const shownPictures = 36;

/** Pictures in rows, each with a heading of its own and its labels. */
export function pictureList(
  page: InspectedPage,
  rows: readonly number[],
  headingOf: (row: number) => Content = () => undefined,
): Markup {
  const items = rows.slice(0, shownPictures).map((row) => pictureItem(page, row, headingOf(row)));
  const left = rows.length - items.length;
  return html`<ul class="cases">
      ${items}
    </ul>
    ${left > 0 && html`<p class="soft small">And ${grouped(left)} more.</p>`}`;
}

function pictureItem(page: InspectedPage, row: number, heading: Content): Markup {
  const { table } = page;
  const name = table.pathOf(row);
  const labels = table.names.map(
    (attribute) =>
      html`<span title="${attribute}">${table.labelOf(row, attribute) ?? 'no label'}</span>`,
  );
  return html`<li>
    ${picture(page, row)}${heading !== undefined && html`<b>${heading}</b>`}${labels}<span
      title="${name}"
      >${name.slice(name.lastIndexOf('/') + 1)}</span
    >
  </li>`;
}

/** The picture of a row, if there is one. */
export function picture({ pictures, table }: InspectedPage, row: number): Markup | undefined {
  const uri = pictures.get(row);
  if (uri === undefined) return undefined;
  const name = table.pathOf(row);
  return html`<img src="${uri}" alt="${name}" title="${name}" loading="lazy" />`;
}
