import type { HardCase } from '../../metrics/hardCases.ts';
import type { Thumbnails } from '../evaluation/thumbnails.ts';
import { percentage } from './figures.ts';
import { html, type Markup } from './markup.ts';

export interface SuspectTable {
  readonly classes: readonly string[];
  readonly suspects: readonly HardCase[];
  readonly nameOf: (index: number) => string;
  readonly thumbnails: Thumbnails;
}

/** Labels that are probably wrong: the picture, its label, and what it would rather be. */
export function suspectTable({ classes, suspects, nameOf, thumbnails }: SuspectTable): Markup {
  const rows = suspects.map((one) => {
    const [name, uri] = [nameOf(one.index), thumbnails[one.index]];
    return html`<tr class="row">
      <td>${uri !== undefined && html`<img src="${uri}" alt="${name}" loading="lazy" />`}</td>
      <td class="name">${name}</td>
      <td data-is="label">${classes[one.label]}</td>
      <td class="n">${percentage(one.labelProbability)}</td>
      <td data-is="rather">${classes[one.predicted]}</td>
      <td class="n">${percentage(one.predictedProbability)}</td>
    </tr>`;
  });
  return html`<div class="scroll">
    <table class="suspects">
      <thead>
        <tr>
          <th></th>
          <th>picture</th>
          <th>label</th>
          <th class="n">probability</th>
          <th>rather</th>
          <th class="n">probability</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
