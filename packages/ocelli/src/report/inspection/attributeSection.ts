import type { AttributeFacts } from '../../data/table/tableFacts.ts';
import { percentage } from '../html/figures.ts';
import { html, type Markup } from '../html/markup.ts';
import { grouped } from '../numbers.ts';
import type { InspectedPage } from './inspectedPage.ts';
import { picture } from './pictureList.ts';

/** The classes of one attribute: how many of each before and after balancing, and how they look. */
export function attributeSection(page: InspectedPage, index: number): Markup {
  const { inspection, balanced, chosen } = page;
  const [name, facts] = Object.entries(inspection.attributes)[index] ?? [];
  if (name === undefined || facts === undefined) throw new Error(`internal: no attribute ${index}`);
  const after = balanced.counts[index] ?? [];
  const most = Math.max(1, ...facts.classes.map(({ count }) => count), ...after);
  const rows = facts.classes.map(({ label, count, share }, c) => {
    const grown = after[c] ?? 0;
    const pictures = chosen.ofClasses[index]?.[c] ?? [];
    return html`<tr>
      <td>${label}</td>
      <td class="n share" style="--v:${count / most}">${grouped(count)}</td>
      <td class="n share" style="--v:${grown / most}">${grouped(Math.round(grown))}</td>
      <td class="n">${percentage(share)}</td>
      <td class="n">${deviation(share, facts).toFixed(3)}</td>
      <td><div class="strip">${pictures.map((row) => picture(page, row))}</div></td>
    </tr>`;
  });
  return html`<section id="attribute-${index}">
    <h2>${name}</h2>
    <div class="scroll">
      <table class="attribute">
        <thead>
          <tr>
            <th>class</th>
            <th class="n">rows</th>
            <th class="n">balanced</th>
            <th class="n">mean</th>
            <th class="n">deviation</th>
            <th>pictures</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** Of the one-hot column over the labelled rows, as a sample. */
function deviation(share: number, { labelled }: AttributeFacts): number {
  return labelled < 2 ? 0 : Math.sqrt((share * (1 - share) * labelled) / (labelled - 1));
}
