import type { ColourMap } from '../../explain/colourMap.ts';
import type { Drawing } from '../charts/chart.ts';
import { chart, percentage } from './figures.ts';
import { html, type Markup } from './markup.ts';
import { pageOf } from './shell.ts';

/** A picture with its maps, ready to be shown. */
export interface ShownPicture {
  readonly name: string;
  /** `data:` URI. */
  readonly uri: string;
  readonly maps: readonly ShownMap[];
  readonly warnings: readonly string[];
}

/** Where one head looked for one class. */
export interface ShownMap {
  /** `data:` URI of the map over its picture. */
  readonly uri: string;
  /** Absent where a model has one label. */
  readonly attribute?: string;
  readonly label: string;
  readonly probability: number;
  /** See `faithfulness`; where it was asked for. */
  readonly score?: number;
}

/**
 * Pictures with the maps of all heads, as one page without network or script.
 *
 * @param colours of the maps, which the page says how to read.
 */
export function explanationPage(
  title: string,
  pictures: readonly ShownPicture[],
  colours: ColourMap,
): string {
  return pageOf({
    title,
    header: html`<p class="kind">Ocelli · explanation</p>
      <h1>${title}</h1>
      <p class="soft">
        The picture, then for each answer the places that it came from:
        <span class="scale">${scale(colours)}</span>
      </p>`,
    main: html`${pictures.map(pictureSection)}`,
    footer: 'Every map is scaled by itself: it says where, not how much.',
  });
}

/** From what counted least to what counted most. */
function scale(colours: ColourMap): Markup {
  const stops = Array.from({ length: 9 }, (_, index) => `rgb(${colours(index / 8).join(' ')})`);
  return html`least <i style="background:linear-gradient(to right,${stops.join(',')})"></i> most`;
}

function pictureSection({ name, uri, maps, warnings }: ShownPicture): Markup {
  return html`<section>
    <h2>${name}</h2>
    <ul class="maps" style="--tiles:${maps.length + 1}">
      <li>
        <img src="${uri}" alt="${name}" />
        <span>as the network sees it</span>
      </li>
      ${maps.map(mapItem)}
    </ul>
    ${warnings.map((warning) => html`<p class="small warned">${warning}</p>`)}
  </section>`;
}

function mapItem({ uri, attribute, label, probability, score }: ShownMap): Markup {
  return html`<li>
    <img src="${uri}" alt="Where the network looked for ${attribute} ${label}" />
    ${attribute !== undefined && html`<span>${attribute}</span>`}
    <b>${label} ${percentage(probability)}</b>
    ${score !== undefined && html`<span>faithfulness ${score.toFixed(2)}</span>`}
  </li>`;
}

/** A drawing of many small tiles as a page; a narrow window shows a part of it and moves over the rest. */
export function sheetPage(title: string, drawing: Drawing): string {
  return pageOf({
    title,
    header: html`<p class="kind">Ocelli · explanation</p>
      <h1>${title}</h1>`,
    main: html`<div class="sheet" tabindex="0">${chart(drawing, title)}</div>`,
    footer: 'Every tile is scaled by itself.',
  });
}
