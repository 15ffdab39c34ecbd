import { figure } from '../html/headline.ts';
import { html, type Markup } from '../html/markup.ts';
import { pageOf } from '../html/shell.ts';
import { grouped } from '../numbers.ts';
import { associationSection } from './associationSection.ts';
import { attributeSection } from './attributeSection.ts';
import type { InspectedPage, NamedRows } from './inspectedPage.ts';
import { looksSection } from './looksSection.ts';
import { pictureList } from './pictureList.ts';
import { description, headTables } from './tableSections.ts';

/** What is in a data set, as one page that needs no other file, no network and no script. */
export function inspectionPage(page: InspectedPage): string {
  const { inspection, chosen, balanced, queries, contradictions } = page;
  const names = Object.keys(inspection.attributes);
  return pageOf({
    title: inspection.file,
    header: html`${headline(page)}${contents(page)}`,
    main: html`${warnings(inspection.warnings)}
      <h2 id="table">Table</h2>
      ${headTables(page)}
      <h2 id="description">Attributes</h2>
      ${description(page)}
      <p class="soft small">
        Below, “balanced” is how often each class comes in an epoch with ${balanced.how}.
      </p>
      ${names.map((_, index) => attributeSection(page, index))} ${associationSection(page)}
      <h2 id="samples">Samples</h2>
      ${pictureList(page, chosen.sample)}
      ${queries.length > 0 && html`<h2 id="queries">Queries</h2>`} ${namedRows(page, queries)}
      ${contradictions.length > 0 && html`<h2 id="contradictions">Contradictions</h2>`}
      ${namedRows({ ...page, table: page.uncorrected }, contradictions)}
      <h2 id="pictures">Pictures</h2>
      ${looksSection(page)}`,
    footer: 'Drawn from the table and its pictures alone.',
  });
}

function headline({ inspection, looks }: InspectedPage): Markup {
  const { file, rows, attributes, classCount, missingLabels, combinations, ignored } = inspection;
  const left = ignored.map(({ name, reason }) => `${name} (${reason})`).join(', ');
  const count = (groups: readonly (readonly number[])[]): number =>
    groups.reduce((sum, group) => sum + group.length - 1, 0);
  return html`<p class="kind">Ocelli · data</p>
    <h1>${file}</h1>
    ${left !== '' && html`<p class="soft">left out: ${left}</p>`}
    <dl class="figures">
      ${figure('Rows', grouped(rows), `${grouped(looks.found)} pictures found`)}
      ${figure(
        'Attributes',
        String(Object.keys(attributes).length),
        `${grouped(classCount)} classes`,
      )}
      ${figure('Missing labels', grouped(missingLabels), 'of all attributes')}
      ${figure('Combinations', grouped(combinations.distinct), `the commonest ${grouped(combinations.commonest)} times`)}
      ${figure('Copies', grouped(count(looks.copies)), `${grouped(count(looks.nearCopies))} more look alike`)}
      ${figure('Unreadable', grouped(looks.unreadable.length), `${grouped(looks.missing.length)} missing`)}
    </dl>`;
}

function contents({ inspection, queries, contradictions }: InspectedPage): Markup {
  const own = Object.keys(inspection.attributes).map(
    (name, index) => html`<a href="#attribute-${index}">${name}</a>`,
  );
  return html`<nav>
    <a href="#table">Table</a><a href="#description">Attributes</a>${own}${
      inspection.associations.length > 0 && html`<a href="#association">Association</a>`
    }<a href="#samples">Samples</a>${queries.length > 0 && html`<a href="#queries">Queries</a>`}${
      contradictions.length > 0 && html`<a href="#contradictions">Contradictions</a>`
    }<a href="#pictures">Pictures</a>
  </nav>`;
}

function warnings(sentences: readonly string[]): Markup | undefined {
  if (sentences.length === 0) return undefined;
  return html`<h2>Warnings</h2>
    <ul>
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>`;
}

function namedRows(page: InspectedPage, lists: readonly NamedRows[]): Markup {
  return html`${lists.map(
    ({ title, rows }) =>
      html`<h3>${title} <span class="soft">${grouped(rows.length)}</span></h3>
        ${rows.length === 0 ? html`<p class="soft">No row.</p>` : pictureList(page, rows)}`,
  )}`;
}
